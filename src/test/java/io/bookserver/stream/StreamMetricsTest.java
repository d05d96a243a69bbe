package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import io.micrometer.core.instrument.FunctionCounter;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What is counted of the connections. */
class StreamMetricsTest {
    private static final String TRADES = "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"trade\"]}}";

    private final StreamRig rig = new StreamRig(Limits.WIDE);

    private double counter(String name, ChannelKind kind) {
        FunctionCounter counter = rig.meters().get("orderbook.stream." + name).tag("channel", kind.wireName()).functionCounter();
        return counter.count();
    }

    private double gauge(String name) {
        return rig.meters().get("orderbook.stream." + name).gauge().value();
    }

    private double subscriptions(ChannelKind kind) {
        return rig.meters().get("orderbook.stream.subscriptions").tag("channel", kind.wireName()).gauge().value();
    }

    @Test
    void messages_areCountedWithTheirBytes_byChannel() throws IOException {
        Line line = rig.connect();
        line.command(TRADES);
        rig.records().relay(rig.fanOut(), "trade", "{\"market_ticker\":\"A\"}", true);
        line.channel().runPendingTasks();
        ByteBuf frame = line.channel().readOutbound();
        assertThat(counter("messages", ChannelKind.TRADE)).isEqualTo(1);
        assertThat(counter("bytes", ChannelKind.TRADE)).isEqualTo(frame.readableBytes());
        frame.release();
        assertThat(rig.metrics().sentMessages()).isEqualTo(1);
        for (ChannelKind other : ChannelKind.values()) {
            assertThat(other == ChannelKind.TRADE ? 0 : counter("messages", other) + counter("bytes", other)).isZero();
        }
    }

    @Test
    void connectionsSubscriptionsAndMarkets_areCountedWhileTheyLast() throws IOException {
        rig.records().book("A");
        Line line = rig.connect();
        line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"market_tickers\":[\"A\",\"NOBODY\"]}}");
        assertThat(gauge("connections")).isEqualTo(1);
        assertThat(gauge("markets")).isEqualTo(2);
        assertThat(gauge("markets.unknown")).isEqualTo(1);
        assertThat(subscriptions(ChannelKind.TOP_OF_BOOK)).isEqualTo(1);
        rig.records().delta("A", "yes", "0.4300", "1.00");
        rig.records().delta("A", "yes", "0.4300", "1.00");
        assertThat(gauge("queued")).isEqualTo(2);
        line.run();
        assertThat(gauge("queued")).isZero();
        line.session().end("disconnected");
        line.run();
        assertThat(gauge("connections") + gauge("markets") + gauge("markets.unknown") + subscriptions(ChannelKind.TOP_OF_BOOK))
                .isZero();
    }
}
