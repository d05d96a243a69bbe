package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Lack of memory: nothing advances that was not written, and a client that may be missing something is disconnected.
 */
class FailedWriteTest {
    private static final String SUBSCRIBE =
            "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"%s\"],\"market_tickers\":[\"A\"]}}";

    /** Allocates nothing while the test says so. */
    private static final class Memory extends AbstractByteBufAllocator {
        private boolean empty;

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (empty) {
                throw new OutOfMemoryError("planted");
            }
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    private final StreamRig rig = new StreamRig(Limits.WIDE);
    private final Memory memory = new Memory();

    private Line connect() {
        Line line = rig.connect();
        line.channel().config().setAllocator(memory);
        return line;
    }

    private double failed() {
        return rig.meters().counter("orderbook.stream.closed", "reason", "error").count();
    }

    @ParameterizedTest
    @EnumSource(names = {"TOP_OF_BOOK", "ORDERBOOK_DELTA", "TICKER"})
    void write_thatFails_movesNothing_andTheNextSaysWhatItWouldHave(ChannelKind kind) throws IOException {
        rig.records().book("A");
        Line line = connect();
        line.command(SUBSCRIBE.formatted(kind.wireName()));
        Interest interest = (Interest) line.session().subscriptions().ofKind(kind).orElseThrow().market("A");
        long version = interest.version();
        long seq = interest.subscription().nextSeq();
        List<Publication> heard = new ArrayList<>();
        rig.registry().removeListener(rig.fanOut());
        rig.registry().addListener((before, after) -> heard.add(new Publication(before, after)));
        rig.records().delta("A", "yes", "0.4300", "1.00");
        memory.empty = true;
        assertThatThrownBy(() -> interest.published(heard.get(0))).hasMessage("planted");
        assertThat(List.of(interest.version(), interest.subscription().nextSeq())).isEqualTo(List.of(version, seq));
        memory.empty = false;
        interest.published(heard.get(0));
        line.shard().flush();
        List<JsonNode> frames = line.run();
        assertThat(frames).hasSize(1);
        assertThat(frames.get(0).has("conflated_count")).isFalse();
        assertThat(interest.version()).isEqualTo(version + 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"TOP_OF_BOOK", "ORDERBOOK_DELTA", "TICKER"})
    void publication_thatCannotBeWritten_endsTheConnection(ChannelKind kind) throws IOException {
        rig.records().book("A");
        Line poor = connect();
        Line rich = rig.connect();
        poor.command(SUBSCRIBE.formatted(kind.wireName()));
        rich.command(SUBSCRIBE.formatted(kind.wireName()));
        memory.empty = true;
        rig.records().delta("A", "yes", "0.4300", "1.00");
        assertThat(poor.run()).isEmpty();
        assertThat(poor.closeCodes()).isEqualTo(List.of(1011));
        assertThat(failed()).isEqualTo(1);
        assertThat(rich.run()).hasSize(1);
        assertThat(rig.fanOut().sessions()).isEqualTo(1);
        assertThat(poor.shard().isEmpty()).isTrue();
    }

    @Test
    void reply_thatCannotBeBuilt_endsTheConnection() throws IOException {
        Line poor = connect();
        memory.empty = true;
        poor.command("{\"id\":2,\"cmd\":\"list_subscriptions\"}");
        assertThat(poor.closeCodes()).isEqualTo(List.of(1011));
        assertThat(rig.fanOut().sessions()).isEqualTo(0);
    }

    @Test
    void ping_thatCannotBeWritten_endsTheConnection() throws IOException {
        Line poor = connect();
        memory.empty = true;
        poor.after(Duration.ofSeconds(10));
        assertThat(poor.closeCodes()).isEqualTo(List.of(1011));
    }

    @Test
    void whatWaits_andCannotBeWritten_endsTheConnection() throws IOException {
        rig.records().book("A");
        Line poor = connect();
        poor.command(SUBSCRIBE.formatted("top_of_book"));
        poor.stall();
        poor.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        rig.records().delta("A", "yes", "0.4300", "1.00");
        assertThat(poor.run()).isEmpty();
        memory.empty = true;
        poor.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        assertThat(poor.read()).isEmpty();
        assertThat(poor.closeCodes()).isEqualTo(List.of(1011));
        assertThat(failed()).isEqualTo(1);
    }
}
