package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The limits of what a client may cost: markets, sids, frames, lists. */
class HeavyCommandTest {
    private StreamRig rig = new StreamRig(new Limits(10, 1_000, 1 << 18, 65_536));

    private static String subscribe(int id, String channel, List<String> tickers) {
        return "{\"id\":" + id + ",\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"" + channel + "\"],\"market_tickers\":["
                + tickers.stream().map(ticker -> '"' + ticker + '"').collect(Collectors.joining(",")) + "]}}";
    }

    private static List<String> tickers(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + String.format("%06d", i)).toList();
    }

    private static int code(List<JsonNode> frames) {
        return frames.get(0).at("/msg/code").asInt();
    }

    @Test
    void marketsOfAllConnections_haveALimit_andAreGivenBack() throws IOException {
        List<String> known = tickers("M-", 10);
        known.forEach(rig.records()::book);
        Line first = rig.connect();
        Line second = rig.connect();
        Line third = rig.connect();
        Line fourth = rig.connect();
        for (Line line : List.of(first, second, third)) {
            assertThat(line.command(subscribe(1, "top_of_book", known))).hasSize(11);
        }
        assertThat(code(fourth.command(subscribe(1, "top_of_book", known.subList(0, 1))))).isEqualTo(26);
        assertThat(code(fourth.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"ticker\"]}}"))).isEqualTo(26);
        assertThat(rig.fanOut().followed()).isEqualTo(30);
        first.command("{\"id\":2,\"cmd\":\"unsubscribe\",\"params\":{\"sids\":[1]}}");
        second.disconnect();
        second.run();
        assertThat(rig.fanOut().followed()).isEqualTo(10);
        assertThat(fourth.command(subscribe(3, "top_of_book", known))).hasSize(11);
        // a new market is never rejected for a subscription to all
        assertThat(fourth.command("{\"id\":4,\"cmd\":\"subscribe\",\"params\":{}}")).hasSize(1);
        rig.records().book("NEW");
        assertThat(fourth.run()).hasSize(1);
        assertThat(rig.fanOut().followed()).isEqualTo(21);
    }

    @Test
    void tickersThatNobodyKnows_haveALimit_untilARecordNamesThem() throws IOException {
        Line first = rig.connect();
        Line second = rig.connect();
        Line third = rig.connect();
        first.command(subscribe(1, "orderbook_delta", tickers("A-", 9)));
        second.command(subscribe(1, "top_of_book", tickers("B-", 9)));
        assertThat(code(third.command(subscribe(1, "ticker", List.of("C"))))).isEqualTo(26);
        rig.records().book("A-000003");
        first.run();
        assertThat(rig.fanOut().unknownFollowed()).isEqualTo(17);
        assertThat(third.command(subscribe(2, "ticker", List.of("C"))).get(0).get("type").asText()).isEqualTo("subscribed");
        for (Line line : List.of(first, second, third)) {
            line.disconnect();
            line.run();
        }
        assertThat(List.of(rig.fanOut().followed(), rig.fanOut().unknownFollowed())).isEqualTo(List.of(0L, 0L));
    }

    /** Markets may become known, or be forgotten, between the grant and their addition. */
    @Test
    void marketsThatWereGranted_countOnce_andWhateverElseIsAdded_too() throws IOException {
        rig.records().book("A");
        Line line = rig.connect();
        line.command(subscribe(1, "top_of_book", List.of("Z")));
        Subscription subscription = line.session().subscriptions().ofKind(ChannelKind.TOP_OF_BOOK).orElseThrow();
        assertThat(subscription.grant(3, 1)).isTrue();
        assertThat(followed()).isEqualTo(List.of(4L, 2L));
        subscription.add("A");
        subscription.add("X");
        assertThat(followed()).isEqualTo(List.of(4L, 2L));
        subscription.add("Y");
        assertThat(followed()).as("one more is unknown").isEqualTo(List.of(4L, 3L));
        subscription.add("V");
        assertThat(followed()).as("and one more at all").isEqualTo(List.of(5L, 4L));
        assertThat(subscription.grant(2, 2)).isTrue();
        line.disconnect();
        line.run();
        assertThat(followed()).isEqualTo(List.of(0L, 0L));
    }

    /** One client must not use up what all have together. */
    @Test
    void connection_mayFollowOnlyAFewTickersThatNoRecordHasNamed() throws IOException {
        rig = new StreamRig(new Limits(4, 1_000, 1 << 18, 65_536));
        Line line = rig.connect();
        assertThat(line.command(subscribe(1, "top_of_book", List.of("W", "X", "Y", "Z"))).get(0).at("/msg/code").asInt())
                .isEqualTo(26);
        assertThat(line.command(subscribe(2, "top_of_book", List.of("X", "Y", "Z"))).get(0).get("type").asText())
                .isEqualTo("subscribed");
        assertThat(line.command(subscribe(3, "ticker", List.of("W"))).get(0).at("/msg/code").asInt()).isEqualTo(26);
        rig.records().book("X");
        line.run();
        assertThat(line.command(subscribe(4, "ticker", List.of("W"))).get(0).get("type").asText()).isEqualTo("subscribed");
        line.command("{\"id\":5,\"cmd\":\"unsubscribe\",\"params\":{\"sids\":[1]}}");
        assertThat(line.command(subscribe(6, "ticker", List.of("U", "V"))).get(0).get("type").asText()).isEqualTo("ok");
        line.disconnect();
        line.run();
        assertThat(followed()).isEqualTo(List.of(0L, 0L));
    }

    private List<Long> followed() {
        return List.of(rig.fanOut().followed(), rig.fanOut().unknownFollowed());
    }

    @Test
    void sidsAndChannels_withoutEnd_areOneError() throws IOException {
        Line line = rig.connect();
        String sids = IntStream.range(0, 100_000).mapToObj(Integer::toString).collect(Collectors.joining(","));
        assertThat(line.command("{\"id\":1,\"cmd\":\"unsubscribe\",\"params\":{\"sids\":[" + sids + "]}}"))
                .isEqualTo(List.of(StreamClient.json(
                        "{\"type\":\"error\",\"id\":1,\"msg\":{\"code\":11,\"msg\":\"Invalid parameter\"}}")));
        String channels = IntStream.range(0, 1_000).mapToObj(i -> "\"c" + i + '"').collect(Collectors.joining(","));
        assertThat(line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[" + channels + "]}}")).hasSize(1);
    }

    @Test
    void framesOfEveryKind_countAsCommands() throws IOException {
        List<Supplier<WebSocketFrame>> kinds = List.of(
                () -> new PingWebSocketFrame(Unpooled.EMPTY_BUFFER),
                () -> new BinaryWebSocketFrame(Unpooled.EMPTY_BUFFER),
                () -> new TextWebSocketFrame(""),
                () -> new TextWebSocketFrame(false, 0, ""));
        for (Supplier<WebSocketFrame> kind : kinds) {
            rig = new StreamRig(new Limits(10, 3, 1 << 18, 65_536));
            Line line = rig.connect();
            List<JsonNode> answers = new ArrayList<>();
            line.receive(kind.get());
            for (int i = 0; i < 20; i++) {
                WebSocketFrame next = kind.get();
                if (!next.isFinalFragment()) {
                    next.release();
                    next = new ContinuationWebSocketFrame(false, 0, Unpooled.EMPTY_BUFFER);
                }
                line.receive(next);
                answers.addAll(line.run());
            }
            // this many are answered, as many rejected, and the rest not even read
            assertThat(line.pongs()).isLessThanOrEqualTo(3);
            assertThat(answers).hasSizeLessThanOrEqualTo(6);
            assertThat(line.channel().config().isAutoRead()).isFalse();
        }
    }

    @Test
    void listThatIsLong_comesInParts_asTheClientReads_andNothingBetween() throws IOException {
        int count = 30_000;
        rig = new StreamRig(new Limits(2 * count, 1_000, 4_096, 65_536));
        List<String> tickers = tickers("KXLONG-26NOV27-", count);
        Line line = rig.connect();
        for (int from = 0; from < count; from += 1_000) {
            line.command(subscribe(1, "ticker", tickers.subList(from, from + 1_000)));
        }
        line.command(subscribe(2, "orderbook_delta", tickers.subList(0, 1)));
        line.stall();
        // the list of the first, a command after it, and a change meanwhile
        line.command(subscribe(3, "ticker", tickers.subList(0, 1)));
        line.command("{\"id\":4,\"cmd\":\"list_subscriptions\"}");
        rig.records().book(tickers.get(0));
        List<JsonNode> frames = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            frames.addAll(line.read());
            line.stall();
        }
        frames.addAll(line.read());
        List<String> kinds = frames.stream()
                .map(frame -> frame.get("type").asText() + frame.path("id").asText()).toList();
        assertThat(kinds).containsSubsequence("ok3", "ok4").contains("orderbook_snapshot", "ticker").hasSize(4);
        assertThat(frames.stream().filter(frame -> frame.path("id").asInt() == 3).findFirst().orElseThrow()
                .at("/msg/market_tickers")).hasSize(count);
    }
}
