package io.bookserver.checkpoint;

import java.time.Duration;

record TestConfig(Mode mode, String group) implements CheckpointConfig {
    static final String TOPIC = "market-data-books";

    @Override
    public String topic() {
        return TOPIC;
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(1);
    }

    @Override
    public Duration readTimeout() {
        return Duration.ofSeconds(20);
    }
}
