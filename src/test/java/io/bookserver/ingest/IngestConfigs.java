package io.bookserver.ingest;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** The default configuration of ingest, with some keys changed. <i>Stateless.</i> */
final class IngestConfigs {
    private IngestConfigs() {}

    static IngestConfig defaults() {
        return with(Map.of());
    }

    static IngestConfig with(Map<String, String> keys) {
        return new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(IngestConfig.class)
                .withDefaultValues(keys).build().getConfigMapping(IngestConfig.class);
    }
}
