//! Tells the compiler where the built web UI is: `web/build`, or a page that says how to build it.

use std::path::Path;

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = here.join("../../web/build");
    println!("cargo:rerun-if-changed={}", built.join("index.html").display());
    println!("cargo:rerun-if-changed=assets/no-ui");
    let folder = if built.join("index.html").is_file() { built } else { here.join("assets/no-ui") };
    println!("cargo:rustc-env=TRANSOM_UI_FOLDER={}", folder.display());
}
