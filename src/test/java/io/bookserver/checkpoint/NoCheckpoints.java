package io.bookserver.checkpoint;

import io.bookserver.book.BookRegistry;
import io.bookserver.checkpoint.CheckpointConfig.Mode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;

/** Mode {@code off}, for tests that need parts of the application without a broker. */
public final class NoCheckpoints {
    private NoCheckpoints() {}

    public static Checkpoints make() {
        return new Checkpoints(new BookRegistry(), new TestConfig(Mode.OFF, "group"),
                new CheckpointMetrics(new SimpleMeterRegistry()), new KafkaClients(known -> Map.of()));
    }
}
