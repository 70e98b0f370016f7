//! Whether this processor can run the kernels that were compiled in.

/// Why the engine is off on this processor; none when it can run.
#[must_use]
pub fn obstacle() -> Option<String> {
    let missing = missing();
    (!missing.is_empty()).then(|| {
        format!(
            "models cannot run in this server: its processor lacks {}; connect a model server instead",
            missing.join(", ")
        )
    })
}

#[cfg(target_arch = "x86_64")]
fn missing() -> Vec<&'static str> {
    let features = [
        ("SSE4.2", is_x86_feature_detected!("sse4.2")),
        ("AVX", is_x86_feature_detected!("avx")),
        ("AVX2", is_x86_feature_detected!("avx2")),
        ("BMI2", is_x86_feature_detected!("bmi2")),
        ("FMA", is_x86_feature_detected!("fma")),
        ("F16C", is_x86_feature_detected!("f16c")),
    ];
    features.into_iter().filter(|(_, present)| !present).map(|(name, _)| name).collect()
}

/// Other processors have what their kernels need by definition of the target.
#[cfg(not(target_arch = "x86_64"))]
fn missing() -> Vec<&'static str> {
    Vec::new()
}
