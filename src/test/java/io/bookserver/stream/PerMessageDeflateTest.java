package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compressed messages, in both directions, without a socket. */
class PerMessageDeflateTest {
    private static final int RSV1 = 4;
    private static final PerMessageDeflate AGREED = PerMessageDeflate.accept(List.of("permessage-deflate"));
    private static final String LIST = "{\"id\":7,\"cmd\":\"list_subscriptions\"}";

    private final StreamRig rig = new StreamRig(StreamRig.Limits.WIDE);

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "permessage-deflate; client_max_window_bits | permessage-deflate",
        "permessage-deflate; client_max_window_bits=10; client_no_context_takeover"
                + " | permessage-deflate; client_no_context_takeover",
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=15"
                + " | permessage-deflate; server_no_context_takeover; server_max_window_bits=15",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate | permessage-deflate",
        "permessage-deflate; server_max_window_bits=10 | ''",
        "permessage-deflate; server_max_window_bits | ''",
        "permessage-deflate; client_max_window_bits=16 | ''",
        "permessage-deflate; server_no_context_takeover=1 | ''",
        "permessage-deflate; unheard_of | ''",
        "x-webkit-deflate-frame | ''",
        "'' | ''",
    })
    void offer_isAccepted_ifItCanBeKept(String offers, String answer) {
        assertThat(PerMessageDeflate.accept(List.of(offers)).answer()).isEqualTo(answer);
        assertThat(PerMessageDeflate.accept(List.of("other", offers)).answer()).isEqualTo(answer);
        assertThat(PerMessageDeflate.accept(List.of()).isAgreed()).isFalse();
    }

    @Test
    void followers_withAndWithout_areSentTheSame() throws IOException {
        StreamRig.Line plain = rig.connect();
        StreamRig.Line compressed = rig.connect(AGREED);
        rig.records().book("A");
        for (String channel : List.of("top_of_book", "orderbook_delta", "ticker")) {
            String subscribe = "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"" + channel
                    + "\"],\"market_ticker\":\"A\"}}";
            assertThat(compressed.command(subscribe)).isNotEmpty().isEqualTo(plain.command(subscribe));
        }
        rig.records().delta("A", "yes", "0.4300", "-100.00");
        assertThat(compressed.run()).hasSizeGreaterThan(1).isEqualTo(plain.run());
    }

    @Test
    void followers_ofOneLoop_shareWhatIsCompressedOnce() {
        Compressor compressor = new Compressor();
        byte[] delta = LIST.repeat(20).getBytes(StandardCharsets.US_ASCII);
        byte[] other = LIST.repeat(400).getBytes(StandardCharsets.US_ASCII);
        byte[] once = compressor.compressed(delta, DataType.DELTA, false);
        assertThat(compressor.compressed(other, DataType.SNAPSHOT, false)).isNotSameAs(once);
        assertThat(compressor.compressed(delta, DataType.DELTA, false)).isSameAs(once).hasSizeLessThan(delta.length / 4);
        compressor.forget();
        assertThat(compressor.compressed(delta, DataType.DELTA, false)).isNotSameAs(once).isEqualTo(once);
    }

    @Test
    void messages_ofTheClient_mayReferBack() throws IOException {
        StreamRig.Line line = rig.connect(AGREED);
        Deflate client = new Deflate();
        for (int i = 0; i < 100; i++) {
            byte[] command = (LIST + " ".repeat(i * 37)).getBytes(StandardCharsets.US_ASCII);
            assertThat(sent(line, new TextWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(client.next(command)))))
                    .hasSize(1).allMatch(reply -> reply.get("id").asInt() == 7);
        }
    }

    @Test
    void message_inFragments_isOne() throws IOException {
        StreamRig.Line line = rig.connect(AGREED);
        ByteBuf whole = Unpooled.wrappedBuffer(Deflate.alone(LIST));
        line.receive(new TextWebSocketFrame(false, RSV1, whole.retainedSlice(0, 0)));
        line.receive(new ContinuationWebSocketFrame(false, 0, whole.retainedSlice(0, 5)));
        assertThat(sent(line, new ContinuationWebSocketFrame(true, 0, whole.slice(5, whole.readableBytes() - 5)))).hasSize(1);
        assertThat(sent(line, new TextWebSocketFrame(LIST))).as("an uncompressed one after it").hasSize(1);
    }

    /** The example of RFC 7692, 7.2.3.4, with another text. */
    @Test
    void message_whoseBlockSaysThatItIsTheLast_isUnderstood() throws IOException {
        byte[] text = LIST.getBytes(StandardCharsets.US_ASCII);
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {1, (byte) text.length, 0, (byte) ~text.length, (byte) 0xff});
        out.writeBytes(text);
        out.write(0);
        assertThat(sent(rig.connect(AGREED), new TextWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(out.toByteArray()))))
                .hasSize(1);
    }

    private static List<JsonNode> sent(StreamRig.Line line, WebSocketFrame frame) throws IOException {
        line.receive(frame);
        return line.run();
    }

    private static List<WebSocketFrame> framesThatBreakTheRules() {
        byte[] list = Deflate.alone(LIST);
        byte[] behindTheLast = Arrays.copyOf(new byte[] {3, 0}, 100);
        return List.of(
                new ContinuationWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(list)),
                new PingWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(new byte[1])),
                new TextWebSocketFrame(true, RSV1 | 2, Unpooled.wrappedBuffer(list)),
                new TextWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(new byte[] {6, 6, 6})),
                new TextWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(behindTheLast)),
                new TextWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(Deflate.alone(new byte[] {'"', (byte) 0xff}))),
                new TextWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(Deflate.alone(new byte[(1 << 20) + 1]))),
                new TextWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(Deflate.alone(new byte[1 << 26]))));
    }

    private static final List<Integer> CODES = List.of(1002, 1002, 1002, 1007, 1007, 1007, 1009, 1009);

    @Test
    void frame_thatBreaksTheRules_endsTheConnection() throws IOException {
        List<WebSocketFrame> frames = framesThatBreakTheRules();
        for (int i = 0; i < frames.size(); i++) {
            StreamRig.Line line = rig.connect(AGREED);
            assertThat(sent(line, frames.get(i))).as("frame %d", i).isEmpty();
            assertThat(line.closeCodes()).as("frame %d", i).isEqualTo(List.of(CODES.get(i)));
            assertThat(frames.get(i).refCnt()).as("frame %d", i).isZero();
        }
        StreamRig.Line line = rig.connect();
        sent(line, new TextWebSocketFrame(true, RSV1, Unpooled.wrappedBuffer(Deflate.alone(LIST))));
        assertThat(line.closeCodes()).as("not agreed on").isEqualTo(List.of(1002));
    }
}
