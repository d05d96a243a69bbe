package io.bookserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.Side;
import io.bookserver.book.TopOfBook;
import io.bookserver.stream.StreamRig.Limits;
import io.bookserver.stream.StreamRig.Line;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The changes of one market in every possible order of notification: a client never goes back, and in the end it has
 * the newest state, whether it reads or not, was conflated, or lost some of them. Unless some were lost, each change is
 * a message or counted in one.
 */
class PublicationOrderTest {
    private static final String SUBSCRIBE = "{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"orderbook_delta\","
            + "\"top_of_book\",\"ticker\"],\"market_tickers\":[\"A\"],\"send_initial_snapshot\":true}}";
    private static final int STEPS = 5;

    private StreamRig rig;
    private Line line;
    private final List<Publication> steps = new ArrayList<>();

    /** All orders of the changes. */
    static Stream<List<Integer>> orders() {
        List<List<Integer>> orders = new ArrayList<>();
        permute(List.of(), orders);
        return orders.stream();
    }

    private static void permute(List<Integer> begun, List<List<Integer>> orders) {
        if (begun.size() == STEPS) {
            orders.add(begun);
        }
        for (int next = 0; next < STEPS; next++) {
            if (!begun.contains(next)) {
                List<Integer> longer = new ArrayList<>(begun);
                longer.add(next);
                permute(longer, orders);
            }
        }
    }

    /**
     * A top that is removed, comes back, and a change below it; each with its own version, of which the client got
     * none.
     */
    private void join(Limits limits) throws IOException {
        steps.clear();
        told.clear();
        newestHeard = 0;
        lastTopVersion = 0;
        lastTickerMs = 0;
        rig = new StreamRig(limits);
        rig.records().book("A");
        line = rig.connect();
        List<JsonNode> frames = line.command(SUBSCRIBE);
        lastTicker = frames.get(frames.size() - 1).get("msg");
    }

    private void step() {
        rig.registry().removeListener(rig.fanOut());
        rig.registry().addListener((before, after) -> steps.add(new Publication(before, after)));
        rig.records().delta("A", "yes", "0.4400", "5.00");
        rig.records().delta("A", "yes", "0.4400", "-5.00");
        rig.records().delta("A", "yes", "0.4200", "1.00");
        rig.records().delta("A", "no", "0.5500", "-300.00");
        rig.records().apply("market_status", "A", "\"status\":\"open\"");
        assertThat(steps).hasSize(STEPS);
    }

    private void hear(List<Integer> order) throws IOException {
        for (int index : order) {
            line.shard().offer(steps.get(index));
            newestHeard = Math.max(newestHeard, index);
            assertGoesForward(line.run());
        }
    }

    /** The client shows the newest change that it was notified of, or a later one: never an older one. */
    private void assertShowsNothingOlder(int newestTold) {
        JsonNode top = line.client().held(2).get("A").top().orElseThrow();
        String shown = shown(top.at("/yes_bid/price_dollars"), top.at("/no_bid/price_dollars")) + " " + top.get("status").asText();
        String ticked = lastTicker.get("yes_bid_dollars").asText() + " " + lastTicker.get("yes_ask_dollars").asText();
        List<TopOfBook> allowed =
                steps.subList(newestTold, steps.size()).stream().map(step -> step.after().topOfBook()).toList();
        assertThat(allowed).anySatisfy(one -> assertThat(topOf(one)).isEqualTo(shown));
        assertThat(allowed).anySatisfy(one -> assertThat(tickerOf(one)).isEqualTo(ticked));
    }

    private static String shown(JsonNode yes, JsonNode no) {
        return yes.asText() + " " + no.asText();
    }

    private static String topOf(TopOfBook top) {
        return dollars(top.bestBid(Side.YES)) + " " + dollars(top.bestBid(Side.NO)) + " " + top.status().phase().wireName();
    }

    private static String tickerOf(TopOfBook top) {
        return dollars(top.bestBid(Side.YES)) + " "
                + String.format("%.4f", 1 - top.bestBid(Side.NO).map(Level::priceTicks).orElse(0) / 1e4);
    }

    private static String dollars(Optional<Level> level) {
        return level.map(one -> String.format("0.%04d", one.priceTicks())).orElse("");
    }

    private int newestHeard;
    private long lastTopVersion;
    private long lastTickerMs;
    private JsonNode lastTicker;
    /** The messages by sid, and the changes that were counted in them. */
    private final Map<Long, Integer> told = new TreeMap<>();

    /** The client itself checks the books; the tops must not go back either. */
    private void assertGoesForward(List<JsonNode> frames) {
        for (JsonNode frame : frames) {
            if (frame.has("sid")) {
                told.merge(frame.get("sid").asLong(), 1 + frame.path("conflated_count").asInt(), Integer::sum);
            }
            if (frame.get("type").asText().equals("top_of_book")) {
                assertThat(frame.at("/msg/version").asLong()).isGreaterThan(lastTopVersion);
                lastTopVersion = frame.at("/msg/version").asLong();
            } else if (frame.get("type").asText().equals("ticker")) {
                assertThat(frame.at("/msg/ts_ms").asLong()).isGreaterThanOrEqualTo(lastTickerMs);
                lastTickerMs = frame.at("/msg/ts_ms").asLong();
                lastTicker = frame.get("msg");
            }
        }
        if (line.session().outbox().isWritable()) {
            assertShowsNothingOlder(newestHeard);
        }
    }

    private void assertHoldsTheNewest() {
        MarketSnapshot newest = rig.registry().market("A").orElseThrow().current();
        StreamClient.Held book = line.client().held(1).get("A");
        assertThat(book.yes()).isEqualTo(Map.of(4200, 1_400L, 4300, 12_000L));
        assertThat(book.no()).isEmpty();
        assertThat(book.version()).isBetween(newest.version() - 1, newest.version());
        JsonNode top = line.client().held(2).get("A").top().orElseThrow();
        assertThat(List.of(top.at("/yes_bid/price_dollars").asText(), top.get("no_bid").isNull(),
                top.get("status").asText())).isEqualTo(List.of("0.4300", true, "open"));
        assertThat(List.of(lastTicker.get("yes_bid_dollars").asText(), lastTicker.get("yes_ask_size_fp").asText()))
                .isEqualTo(List.of("0.4300", "0.00"));
    }

    /** The next message counts what was notified after the message that contained it. */
    private void assertWasToldEachChangeOnce() throws IOException {
        rig.records().book("A");
        hear(List.of(STEPS));
        // the book: all but the status; the top: all but the change below it; the prices: neither; and the last of each
        assertThat(told).isEqualTo(Map.of(1L, 5, 2L, 5, 3L, 4));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void client_thatReads_neverGoesBack_andHoldsTheNewest(List<Integer> order) throws IOException {
        join(Limits.WIDE);
        step();
        hear(order);
        assertHoldsTheNewest();
        assertWasToldEachChangeOnce();
        hear(order);
        assertThat(line.run()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("orders")
    void client_thatHearsEachStepBeforeTheNextIsThere_neverGoesBack(List<Integer> order) throws IOException {
        join(Limits.WIDE);
        // the registry has not yet overtaken the changes when the first half of them is notified
        step();
        List<Publication> all = List.copyOf(steps);
        for (int count = 1; count <= STEPS; count++) {
            int upTo = count;
            for (int index : order) {
                if (index < upTo) {
                    newestHeard = Math.max(newestHeard, index);
                    line.shard().offer(all.get(index));
                }
            }
            assertGoesForward(line.run());
        }
        assertHoldsTheNewest();
    }

    @ParameterizedTest
    @MethodSource("orders")
    void client_thatDoesNotRead_isSentTheNewest(List<Integer> order) throws IOException {
        for (int reads = 0; reads <= STEPS; reads++) {
            join(new Limits(1_000, 1_000, 1_024, 65_536));
            line.stall();
            fill();
            step();
            hear(order.subList(0, reads));
            assertGoesForward(line.read());
            hear(order.subList(reads, STEPS));
            assertGoesForward(line.read());
            assertHoldsTheNewest();
            assertWasToldEachChangeOnce();
        }
    }

    /** So many replies that the socket accepts no more. */
    private void fill() throws IOException {
        while (line.session().outbox().isWritable()) {
            line.command("{\"id\":9,\"cmd\":\"list_subscriptions\"}");
        }
    }

    @ParameterizedTest
    @MethodSource("orders")
    void steps_thatAreMerged_leadToTheNewest(List<Integer> order) throws IOException {
        for (int merged = 2; merged <= STEPS; merged++) {
            join(Limits.WIDE);
            step();
            Publication one = steps.get(order.get(0));
            for (int i = 1; i < merged; i++) {
                one = one.mergedWith(steps.get(order.get(i)));
            }
            line.shard().offer(one);
            newestHeard = order.subList(0, merged).stream().max(Integer::compare).orElseThrow();
            assertGoesForward(line.run());
            hear(order.subList(merged, STEPS));
            assertHoldsTheNewest();
            assertWasToldEachChangeOnce();
        }
    }

    @ParameterizedTest
    @MethodSource("orders")
    void steps_thatWereLost_areCaughtUpWith_andTheOthersSayNothingMore(List<Integer> order) throws IOException {
        for (int lost = 1; lost <= STEPS; lost++) {
            join(new Limits(1_000, 1_000, 1 << 18, STEPS - 1));
            step();
            hear(order.subList(lost, STEPS));
            // one more than fits into the queue
            for (int i = 0; i < STEPS; i++) {
                line.shard().offer(steps.get(order.get(0)));
            }
            assertGoesForward(line.run());
            assertHoldsTheNewest();
            hear(order);
            assertThat(line.run()).isEmpty();
        }
    }
}
