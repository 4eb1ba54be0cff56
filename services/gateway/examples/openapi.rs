//! Writes the OpenAPI document to `services/gateway/openapi.json`, whose copy the web client's types are made from.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let document = pulse_gateway::http::document().to_pretty_json().map_err(std::io::Error::other)?;
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json"), document + "\n")
}
