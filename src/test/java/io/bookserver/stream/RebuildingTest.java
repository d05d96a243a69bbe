package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.Completeness;
import io.bookserver.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rule 12 for handshakes: nobody is admitted before the books are complete. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@TestProfile(RebuildingTest.Rebuilding.class)
class RebuildingTest {
    /** A rebuild that the test ends. */
    @Alternative
    @ApplicationScoped
    public static class Progress implements Completeness {
        private volatile boolean rebuilt;

        void begin() {
            rebuilt = false;
        }

        void end() {
            rebuilt = true;
        }

        @Override
        public boolean isRebuilt() {
            return rebuilt;
        }

        @Override
        public long recordsRead() {
            return 901;
        }

        @Override
        public long recordsToRead() {
            return 1_234;
        }

        @Override
        public long newestRecordMs(int partition) {
            return 0;
        }

        @Override
        public long completeToMs() {
            return 0;
        }
    }

    public static class Rebuilding implements QuarkusTestProfile {
        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(Progress.class);
        }
    }

    @TestHTTPResource("/trade-api/ws/v2")
    URI uri;

    @Inject
    Progress progress;

    @Test
    void handshake_whileRebuilding_isRefusedAndToldWhenToComeAgain() throws IOException {
        try (WireSocket wire = WireSocket.ask(uri, Map.of(), 0)) {
            assertThat(List.of(wire.status(), wire.header("Retry-After"), wire.header("Content-Type"), wire.body()))
                    .isEqualTo(List.of(503, "5", "application/json", "{\"error\":{\"code\":\"rebuilding\","
                            + "\"message\":\"901 of 1234 records\",\"service\":\"orderbook-server\"}}"));
        }
        progress.end();
        try (StreamClient client = StreamClient.connect(uri)) {
            assertThat(client.settle()).isEmpty();
        }
    }
}
