//! Writes `crates/proto/src/generated/` anew from `proto/`, with protox in place of protoc. Run it by `make proto`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

fn main() -> anyhow::Result<()> {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let proto_dir = crate_dir.join("../../proto");
    let out_dir = crate_dir.join("src/generated");

    let mut files = Vec::new();
    collect(&proto_dir, &mut files)?;
    files.sort();
    let descriptors = protox::Compiler::new([&proto_dir])?
        .include_imports(true)
        .include_source_info(true)
        .open_files(&files)?
        .file_descriptor_set();

    if out_dir.exists() {
        std::fs::remove_dir_all(&out_dir).context("empty the folder of generated code")?;
    }
    std::fs::create_dir_all(&out_dir)?;
    // The set for server reflection: without comments, which nobody asks for over the wire.
    let mut slim = descriptors.clone();
    for file in &mut slim.file {
        file.source_code_info = None;
    }
    std::fs::write(out_dir.join("descriptors.bin"), prost::Message::encode_to_vec(&slim))?;
    tonic_prost_build::configure()
        .out_dir(&out_dir)
        .emit_rerun_if_changed(false)
        .compile_fds(descriptors)
        .context("generate Rust")?;
    Ok(())
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(dir).with_context(|| format!("read {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    Ok(())
}
