//! Whether a graphics processor takes part, said in one line when the first model is loaded.

use llama_cpp_2::{LlamaBackendDeviceType, list_llama_ggml_backend_devices};

/// What this build can use beside the processor.
const BUILT_FOR: Option<&str> = if cfg!(feature = "cuda") {
    Some("CUDA")
} else if cfg!(feature = "metal") {
    Some("Metal")
} else if cfg!(feature = "vulkan") {
    Some("Vulkan")
} else {
    None
};

/// Logs it. `wanted` is what the settings ask for.
pub(super) fn tell(wanted: bool) {
    let devices = list_llama_ggml_backend_devices();
    let graphics = |kind| matches!(kind, LlamaBackendDeviceType::Gpu | LlamaBackendDeviceType::IntegratedGpu);
    let name =
        devices.into_iter().find(|device| graphics(device.device_type)).map(|device| device.description);
    match (line(BUILT_FOR, name.as_deref(), wanted), name) {
        (Some(line), Some(_)) => tracing::info!("{line}"),
        (Some(line), None) => tracing::warn!("{line}"),
        (None, _) => {}
    }
}

/// The line; none when there is nothing to say: the processor was all that was asked for.
fn line(built_for: Option<&str>, device: Option<&str>, wanted: bool) -> Option<String> {
    match (built_for, device) {
        (_, Some(device)) => Some(format!("models run on {device}")),
        (Some(kind), None) => {
            Some(format!("no graphics processor for {kind} was found: models run on the processor"))
        }
        (None, None) => wanted.then(|| {
            "a graphics processor is asked for, but this build of the server has none of the features cuda, metal and vulkan: \
             models run on the processor"
                .to_owned()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_what_models_run_on() {
        assert_eq!(line(None, None, false), None);
        assert!(line(None, None, true).is_some_and(|line| line.contains("features cuda")));
        assert!(
            line(Some("CUDA"), None, false)
                .is_some_and(|line| line.contains("no graphics processor for CUDA"))
        );
        assert_eq!(line(Some("CUDA"), Some("RTX"), true).as_deref(), Some("models run on RTX"));
    }
}
