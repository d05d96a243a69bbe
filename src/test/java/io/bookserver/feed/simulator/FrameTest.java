package io.bookserver.feed.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bookserver.feed.EnvelopeWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FrameTest {
    @Test
    void envelope_ofASimulatedFrame_saysWhatTheFrameSays() {
        var frame = new Frame("T", Frame.DELTA, 7, "{}".getBytes(StandardCharsets.UTF_8));

        assertEquals(
                "{\"payload\":{},\"connection\":4,\"receivedTimestamp\":5,\"publishedTimestamp\":6,\"channel\":"
                        + "\"orderbook_delta\",\"marketTicker\":\"T\",\"sequence\":7,\"source\":\"kalshi-websocket\","
                        + "\"version\":1}",
                new String(frame.envelope(new EnvelopeWriter(), 4, 5, 6), StandardCharsets.UTF_8));
    }
}
