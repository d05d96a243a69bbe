package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What may wait for one client, in bytes. */
class RelayBacklogTest {
    private static final byte[] MSG = "{\"market_ticker\":\"A\"}".getBytes();
    private static final Relay RELAY = new Relay(DataType.TRADE, "A", MSG);
    /** Of one waiting message, with what it costs to keep it. */
    private static final int BYTES = MSG.length + 64;

    private final Line line = new StreamRig(Limits.WIDE).connect();
    private final RelayBacklog backlog = new RelayBacklog(3 * BYTES);

    private Subscription subscribed(ChannelKind kind) throws IOException {
        line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"" + kind.wireName() + "\"]}}");
        return line.session().subscriptions().ofKind(kind).orElseThrow();
    }

    @Test
    void backlog_takesWhatFits_andAsMuchAgainAsIsWrittenOrDropped() throws IOException {
        Subscription trades = subscribed(ChannelKind.TRADE);
        Subscription lifecycles = subscribed(ChannelKind.LIFECYCLE);
        assertThat(backlog.isEmpty()).isTrue();
        assertThat(List.of(backlog.add(trades, RELAY), backlog.add(lifecycles, RELAY), backlog.add(trades, RELAY)))
                .containsOnly(true);
        assertThat(backlog.bytes()).isEqualTo(3 * BYTES);
        assertThat(backlog.add(lifecycles, RELAY)).as("there is no room").isFalse();
        backlog.writeNext();
        assertThat(backlog.bytes()).isEqualTo(2 * BYTES);
        assertThat(backlog.add(lifecycles, RELAY)).as("there is room again").isTrue();
        backlog.drop(trades);
        assertThat(backlog.bytes()).as("two of the other subscription").isEqualTo(2 * BYTES);
        backlog.writeNext();
        backlog.writeNext();
        assertThat(backlog.bytes()).isZero();
        assertThat(backlog.isEmpty()).isTrue();
        line.shard().flush();
        assertThat(line.run()).extracting(frame -> frame.get("sid").asLong() + " " + frame.get("seq"))
                .isEqualTo(List.of("1 1", "2 1", "2 2"));
    }

    @Test
    void backlog_thatIsCleared_isEmpty() throws IOException {
        Subscription trades = subscribed(ChannelKind.TRADE);
        backlog.add(trades, RELAY);
        backlog.clear();
        assertThat(backlog.isEmpty()).isTrue();
        assertThat(backlog.bytes()).isZero();
    }
}
