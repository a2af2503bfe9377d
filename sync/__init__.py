"""The Tiepoint engine: time, media, traces, correlation, adjustment, cases. Never Qt."""

ENGINE_VERSION = "0.1.0"
