//! Writes the OpenAPI document to `services/gateway/openapi.json`, whose copy the web client's types are made from, and the AsyncAPI
//! document beside it.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = pulse_gateway::http::document().to_pretty_json().map_err(std::io::Error::other)?;
    std::fs::write(folder.join("openapi.json"), document + "\n")?;
    let document = serde_json::to_string_pretty(&pulse_gateway::ws::asyncapi::document())?;
    std::fs::write(folder.join("asyncapi.json"), document + "\n")
}
