//! OpenTelemetry.

use super::spec::*;

settings! {
    "otel", "OpenTelemetry";

    /// Sends OpenTelemetry data.
    ENABLE_OTEL: bool = flag(false);

    /// Exports logs.
    ENABLE_OTEL_LOGS: bool = flag(false);

    /// Exports metrics.
    ENABLE_OTEL_METRICS: bool = flag(false);

    /// Exports traces.
    ENABLE_OTEL_TRACES: bool = flag(false);

    /// Basic auth password for traces, and for metrics and logs unless they have their own.
    OTEL_BASIC_AUTH_PASSWORD: String = text("").secret();

    /// Basic auth user for traces, and for metrics and logs unless they have their own.
    OTEL_BASIC_AUTH_USERNAME: String = text("");

    /// Collector URL for traces, and for metrics and logs unless they have their own.
    OTEL_EXPORTER_OTLP_ENDPOINT: String = text("http://localhost:4317");

    /// Plain-text gRPC for traces, and for metrics and logs unless they have their own.
    OTEL_EXPORTER_OTLP_INSECURE: bool = flag(false);

    /// Basic auth password for logs.
    OTEL_LOGS_BASIC_AUTH_PASSWORD: String = text("").or("OTEL_BASIC_AUTH_PASSWORD").secret();

    /// Basic auth user for logs.
    OTEL_LOGS_BASIC_AUTH_USERNAME: String = text("").or("OTEL_BASIC_AUTH_USERNAME");

    /// Collector URL for logs.
    OTEL_LOGS_EXPORTER_OTLP_ENDPOINT: String = text("").or("OTEL_EXPORTER_OTLP_ENDPOINT");

    /// Plain-text gRPC for logs.
    OTEL_LOGS_EXPORTER_OTLP_INSECURE: bool = flag(false).or("OTEL_EXPORTER_OTLP_INSECURE");

    /// Protocol (`grpc` or `http`) for logs.
    OTEL_LOGS_OTLP_SPAN_EXPORTER: String = text("").or("OTEL_OTLP_SPAN_EXPORTER").allowed(&["grpc", "http"]);

    /// Basic auth password for metrics.
    OTEL_METRICS_BASIC_AUTH_PASSWORD: String = text("").or("OTEL_BASIC_AUTH_PASSWORD").secret();

    /// Basic auth user for metrics.
    OTEL_METRICS_BASIC_AUTH_USERNAME: String = text("").or("OTEL_BASIC_AUTH_USERNAME");

    /// Collector URL for metrics.
    OTEL_METRICS_EXPORTER_OTLP_ENDPOINT: String = text("").or("OTEL_EXPORTER_OTLP_ENDPOINT");

    /// Plain-text gRPC for metrics.
    OTEL_METRICS_EXPORTER_OTLP_INSECURE: bool = flag(false).or("OTEL_EXPORTER_OTLP_INSECURE");

    /// Protocol (`grpc` or `http`) for metrics.
    OTEL_METRICS_OTLP_SPAN_EXPORTER: String = text("")
        .or("OTEL_OTLP_SPAN_EXPORTER").allowed(&["grpc", "http"]);

    /// Protocol for traces.
    OTEL_OTLP_SPAN_EXPORTER: String = text("grpc").allowed(&["grpc", "http"]);

    /// Resource attributes, `key=value` separated by commas.
    OTEL_RESOURCE_ATTRIBUTES: Vec<String> = list(',', "");

    /// Service name in telemetry.
    OTEL_SERVICE_NAME: String = text("open-webui");

    /// Sampler of traces.
    OTEL_TRACES_SAMPLER: String = text("parentbased_always_on");
}
