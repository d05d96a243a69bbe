package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.Ladder;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code top_of_book} with ladders and with an interval. */
class DepthAndIntervalTest {
    private static final int MARKETS = 3;
    private static final int PRICES = 8;

    /** A client, which fails if it gets a message that must not be sent. */
    private final class Reader {
        private final int depth;
        private final int intervalMs;
        private final Line line;
        private final Map<String, String> seen = new HashMap<>();
        private final Map<String, Long> sentAtMs = new HashMap<>();
        private long expectedChanges;
        private long messages;
        private boolean stalled;

        Reader(int depth, int intervalMs) throws IOException {
            this.depth = depth;
            this.intervalMs = intervalMs;
            this.line = rig.connect();
            read(line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"top_of_book\"],\"depth\":" + depth
                    + ",\"interval_ms\":" + intervalMs + ",\"market_tickers\":[\"M-0\",\"M-1\",\"M-2\"]}}"));
            assertThat(messages).isEqualTo(MARKETS);
            messages = 0;
            rig.registry().addListener((before, after) -> expectedChanges += view(before).equals(view(after)) ? 0 : 1);
        }

        void read(List<JsonNode> frames) {
            for (JsonNode frame : frames) {
                if (!frame.get("type").asText().equals("top_of_book")) {
                    continue;
                }
                messages++;
                JsonNode msg = frame.get("msg");
                String ticker = msg.get("market_ticker").asText();
                String view = view(msg);
                assertThat(view).as("nothing changed for a reader of depth %d: %s", depth, frame).isNotEqualTo(seen.put(ticker, view));
                Long last = sentAtMs.put(ticker, nowMs);
                assertThat(last == null || nowMs - last >= intervalMs).as("at %s after %s", nowMs, last).isTrue();
            }
        }

        /** The times at which the messages in between were written are unknown. */
        void readAgain() throws IOException {
            sentAtMs.clear();
            stalled = false;
            for (JsonNode frame : line.read()) {
                read(List.of(frame));
                sentAtMs.clear();
            }
        }

        void passes(int ms) throws IOException {
            List<JsonNode> frames = line.afterStandingStill(Duration.ofMillis(ms));
            read(frames);
            if (stalled) {
                sentAtMs.clear();
            }
        }

        private String view(JsonNode msg) {
            return msg.get("status").asText() + msg.get("state").asText() + sizes(msg.get("yes")) + sizes(msg.get("no"));
        }

        private String sizes(JsonNode levels) {
            List<String> sizes = new ArrayList<>();
            levels.forEach(level -> sizes.add(StreamClient.ticks(level.get("price_dollars")) + "x"
                    + StreamClient.hundredths(level.get("quantity_fp"))));
            return sizes.toString();
        }

        private String view(MarketSnapshot market) {
            return market.status().phase().wireName() + market.book().state().wireName() + sizes(market.book().yes())
                    + sizes(market.book().no());
        }

        private String sizes(Ladder ladder) {
            List<String> sizes = new ArrayList<>();
            for (int rank = 0; rank < Math.min(depth, ladder.depth()); rank++) {
                sizes.add(ladder.level(rank).priceTicks() + "x" + ladder.level(rank).quantityHundredths());
            }
            return sizes.toString();
        }
    }

    private final StreamRig rig = new StreamRig(new Limits(1_000, 1_000, 4_096, 65_536));
    private final long[][] resting = new long[MARKETS][2 * PRICES];
    private long nowMs;

    private void change(Random random) {
        int market = random.nextInt(MARKETS);
        String ticker = "M-" + market;
        int kind = random.nextInt(100);
        if (kind < 3) {
            rig.records().apply("market_status", ticker, random.nextBoolean() ? "\"status\":\"open\"" : "\"status\":\"paused\"");
            return;
        }
        int at = random.nextInt(2 * PRICES);
        long contracts = random.nextInt(3) == 0 ? -resting[market][at] : 1 + random.nextInt(2);
        resting[market][at] += contracts;
        rig.records().delta(ticker, at < PRICES ? "yes" : "no", "0." + (10 + at % PRICES) + "00", contracts + ".00");
    }

    @Test
    void followers_holdTheTopInTheEnd_andHeardOnlyChanges_neverMoreOftenThanAsked() throws IOException {
        long seed = ThreadLocalRandom.current().nextLong();
        System.out.println("DepthAndIntervalTest seed=" + seed);
        Random random = new Random(seed);
        for (int market = 0; market < MARKETS; market++) {
            rig.records().snapshot("M-" + market, "", "");
        }
        List<Reader> readers = new ArrayList<>();
        for (int depth : new int[] {1, 2, 5, 50}) {
            for (int intervalMs : new int[] {0, 3, 40, 1_000}) {
                readers.add(new Reader(depth, intervalMs));
            }
        }
        for (int round = 0; round < 400; round++) {
            for (int changes = random.nextInt(12); changes > 0; changes--) {
                change(random);
            }
            // sometimes so much that the loops are behind, and conflate
            passes(random.nextInt(20) == 0 ? 150 : random.nextInt(30), readers);
            Reader one = readers.get(random.nextInt(readers.size()));
            one.stalled = !one.stalled;
            if (one.stalled) {
                one.line.stall();
            } else {
                one.readAgain();
            }
        }
        for (Reader reader : readers) {
            reader.readAgain();
        }
        passes(2_000, readers);
        for (int market = 0; market < MARKETS; market++) {
            // messages conflated last are counted in it, even if the market is back in the client's state
            rig.records().delta("M-" + market, "yes", "0.9000", "1.00");
        }
        passes(2_000, readers);
        for (Reader reader : readers) {
            assertThat(reader.seen).isEqualTo(Map.of("M-0", view(reader, 0), "M-1", view(reader, 1), "M-2", view(reader, 2)));
            assertThat(reader.messages + reader.line.client().conflated()).isEqualTo(reader.expectedChanges);
            reader.line.session().end("disconnected");
            reader.line.run();
            assertThat(reader.line.shard().isEmpty()).isTrue();
        }
        assertThat(rig.fanOut().followed()).isZero();
    }

    private String view(Reader reader, int market) {
        return reader.view(rig.registry().market("M-" + market).orElseThrow().current());
    }

    private void passes(int ms, List<Reader> readers) throws IOException {
        rig.passes(Duration.ofMillis(ms));
        nowMs += ms;
        for (Reader reader : readers) {
            reader.passes(ms);
        }
    }

    @Test
    void message_hasLaddersSoDeep_besideTheTop() throws IOException {
        rig.records().snapshot("A", "[\"0.4200\",\"13.00\"],[\"0.4300\",\"120.00\"],[\"0.4100\",\"1.00\"]", "");
        Line line = rig.connect();
        JsonNode msg = line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"depth\":2,\"market_ticker\":\"A\"}}").get(1).get("msg");
        assertThat(msg.at("/yes/0/price_dollars").asText() + msg.at("/yes/1/price_dollars").asText() + msg.get("yes").size()
                + msg.get("no").size() + msg.at("/yes_bid/price_dollars").asText()).isEqualTo("0.43000.4200200.4300");
        rig.records().delta("A", "yes", "0.4100", "1.00");
        assertThat(line.run()).isEmpty();
        rig.records().delta("A", "yes", "0.4200", "1.00");
        assertThat(line.run()).hasSize(1);
    }

    @Test
    void snapshotOnRequest_replacesTheMessageThatWaitsForItsInterval() throws IOException {
        rig.records().book("A");
        Line line = rig.connect();
        line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"interval_ms\":1000,\"market_ticker\":\"A\"}}");
        rig.records().delta("A", "yes", "0.4300", "1.00");
        assertThat(line.run()).as("waits").isEmpty();
        List<JsonNode> answer = line.command("{\"id\":2,\"cmd\":\"update_subscription\",\"params\":{\"sid\":1,"
                + "\"action\":\"get_snapshot\",\"market_ticker\":\"A\"}}");
        assertThat(answer).hasSize(1);
        assertThat(answer.get(0).at("/msg/yes_bid/quantity_fp").asText()).isEqualTo("121.00");
        rig.passes(Duration.ofSeconds(2));
        assertThat(line.afterStandingStill(Duration.ofSeconds(2))).as("nothing is new").isEmpty();
        rig.records().delta("A", "yes", "0.4300", "1.00");
        assertThat(line.run()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"depth\":3", "\"interval_ms\":10", "\"depth\":2,\"interval_ms\":10"})
    void secondSubscribe_thatAsksForSomethingElse_isAnError(String params) throws IOException {
        Line line = rig.connect();
        line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"depth\":2,\"interval_ms\":5,\"market_ticker\":\"A\"}}");
        assertThat(line.command("{\"id\":2,\"cmd\":\"subscribe\",\"params\":{\"market_ticker\":\"B\"," + params + "}}").toString())
                .isEqualTo("[{\"type\":\"error\",\"id\":2,\"msg\":{\"code\":11,\"msg\":\"Invalid parameter\"}}]");
        assertThat(line.command("{\"id\":3,\"cmd\":\"subscribe\",\"params\":{\"market_ticker\":\"B\"}}").get(0).get("type").asText())
                .isEqualTo("ok");
    }

    @Test
    void deepMarket_countsAsSeveral() throws IOException {
        Line line = rig.connect();
        line.command("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"depth\":50,\"market_tickers\":[\"A\",\"B\"]}}");
        assertThat(rig.fanOut().followed()).isEqualTo(14);
        line.command("{\"id\":2,\"cmd\":\"unsubscribe\",\"params\":{\"sids\":[1]}}");
        assertThat(rig.fanOut().followed()).isZero();
    }
}
