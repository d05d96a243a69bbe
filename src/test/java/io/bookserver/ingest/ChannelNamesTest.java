package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChannelNamesTest {
    private static final String DASHED = "mp.messaging.incoming.market-data.";

    private final SmallRyeConfig config = new SmallRyeConfigBuilder().withInterceptors(new ChannelNames())
            .withSources(
                    new EnvConfigSource(Map.of(
                            "MP_MESSAGING_INCOMING_MARKET_DATA_SESSION_TIMEOUT_MS", "20000",
                            "MP_MESSAGING_INCOMING_MARKET_DATA_MAX_POLL_RECORDS", "7",
                            "MP_MESSAGING_OUTGOING_DEAD_LETTERS_LINGER_MS", "5"), 300),
                    new PropertiesConfigSource(Map.of(
                            DASHED + "connector", "smallrye-kafka", DASHED + "max.poll.records", "2000"), "file", 250))
            .build();

    @Test
    void environmentVariable_ofADashedChannel_isAKeyOfThatChannel() {
        List<String> names = new ArrayList<>();
        config.getPropertyNames().forEach(names::add);
        assertThat(names)
                .contains(DASHED + "session.timeout.ms", DASHED + "max.poll.records",
                        "mp.messaging.outgoing.dead-letters.linger.ms")
                .noneMatch(name -> name.startsWith("mp.messaging.incoming.market.")
                        || name.startsWith("mp.messaging.outgoing.dead."));
        assertThat(config.getValue(DASHED + "session.timeout.ms", int.class)).isEqualTo(20_000);
        assertThat(config.getValue(DASHED + "max.poll.records", int.class)).isEqualTo(7);
        assertThat(config.getValue("mp.messaging.outgoing.dead-letters.linger.ms", int.class)).isEqualTo(5);
    }

    @Test
    void otherNames_stayAsTheyAre() {
        assertThat(ChannelNames.dashed("mp.messaging.incoming.marketing.topic")).isEqualTo("mp.messaging.incoming.marketing.topic");
    }
}
