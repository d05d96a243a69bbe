package io.bookserver.feed.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A reader of frames that shares no code with their writer: it parses them, applies them to its own books, counts what
 * they change, and notes every violation of what a feed promises.
 */
final class BookReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Sides(TreeMap<Integer, Long> yes, TreeMap<Integer, Long> no) {}

    private final SortedMap<String, Sides> books = new TreeMap<>();
    private final List<String> breaches = new ArrayList<>();
    private final long[] seqBySid = new long[4];
    private long deltas;
    private long topDeltas;

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int ticks(JsonNode dollars) {
        return new BigDecimal(dollars.textValue()).movePointRight(4).intValueExact();
    }

    static long hundredths(JsonNode contracts) {
        return new BigDecimal(contracts.textValue()).movePointRight(2).longValueExact();
    }

    BookReader read(List<Frame> frames) {
        frames.forEach(this::read);
        return this;
    }

    void read(Frame frame) {
        JsonNode json = parse(frame.toString());
        JsonNode msg = json.get("msg");
        String ticker = msg.get("market_ticker").textValue();
        long seq = json.get("seq").longValue();
        int sid = json.get("sid").intValue();
        check(seq == ++seqBySid[sid], "a hole in the seqs", frame);
        check(seq == frame.seq() && ticker.equals(frame.ticker()), "head and payload differ", frame);
        check(json.get("type").textValue().equals(frame.type()), "types differ", frame);
        switch (frame.type()) {
            case Frame.SNAPSHOT -> books.put(
                    ticker, new Sides(side(msg.get("yes_dollars_fp")), side(msg.get("no_dollars_fp"))));
            case Frame.DELTA -> apply(frame, msg);
            default -> { }
        }
    }

    private static TreeMap<Integer, Long> side(JsonNode levels) {
        var side = new TreeMap<Integer, Long>();
        if (levels != null) {
            levels.forEach(level -> side.put(ticks(level.get(0)), hundredths(level.get(1))));
        }
        return side;
    }

    private void apply(Frame frame, JsonNode msg) {
        Sides sides = books.get(frame.ticker());
        check(sides != null, "a delta before its snapshot", frame);
        TreeMap<Integer, Long> side = msg.get("side").textValue().equals("yes") ? sides.yes : sides.no;
        var before = side.lastEntry();
        long quantity = side.merge(ticks(msg.get("price_dollars")), hundredths(msg.get("delta_fp")), Long::sum);
        check(quantity >= 0, "a level below zero", frame);
        side.values().removeIf(resting -> resting == 0);
        var after = side.lastEntry();
        deltas++;
        topDeltas += after == null || !after.equals(before) ? 1 : 0;
        check(
                sides.yes.isEmpty() || sides.no.isEmpty() || sides.yes.lastKey() + sides.no.lastKey() < 10_000,
                "a locked or crossed book",
                frame);
    }

    private void check(boolean kept, String breach, Frame frame) {
        if (!kept) {
            breaches.add(breach + ": " + frame);
        }
    }

    List<String> breaches() {
        return breaches;
    }

    long deltas() {
        return deltas;
    }

    /** The number of deltas that changed the best price of their side or its quantity. */
    long topDeltas() {
        return topDeltas;
    }

    /** Resets the sequence numbers, as for a new connection. */
    void reconnect() {
        seqBySid[1] = 0;
        seqBySid[2] = 0;
        seqBySid[3] = 0;
    }

    ReferenceBook book(String ticker) {
        Sides sides = books.get(ticker);
        return new ReferenceBook(sides.yes, sides.no);
    }

    static NavigableMap<Integer, Long> ladder(JsonNode levels) {
        return side(levels);
    }
}
