package io.bookserver.ingest;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** The configuration of ingest as it is by default, but for some keys. <i>Stateless.</i> */
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
