package io.bookserver.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Checks the messages of books or trades against the plan: every message must be the next of its market, or one that
 * replaces earlier ones.
 *
 * <p><i>Not thread-safe; confined to one client loop.</i>
 */
final class BookReader implements FrameReader {
    private static final byte[] TICKER = ascii("\"market_ticker\":\"");
    private static final byte[] YES_BID = ascii("\"yes_bid\":");
    private static final byte[] NO_BID = ascii("\"no_bid\":");
    private static final byte[] YES = ascii("\"yes\":");
    private static final byte[] NO = ascii("\"no\":");
    private static final byte[] NUMBER = ascii("\"feed_received_ms\":");
    private static final byte[] TOP_TYPE = ascii("{\"type\":\"top_of_book\"");
    private static final byte[] DELTA_TYPE = ascii("{\"type\":\"orderbook_delta\"");
    private static final byte[] SNAPSHOT_TYPE = ascii("{\"type\":\"orderbook_snapshot\"");
    private static final byte[] TRADE_TYPE = ascii("{\"type\":\"trade\"");
    private static final byte[] TRADE_ID = ascii(Publisher.TRADE_ID);
    private static final byte[] SUBSCRIBED_TYPE = ascii("{\"type\":\"subscribed\"");

    final Histogram latencyNanos = new Histogram(1_000, 120_000_000_000L, 3);
    long delivered;
    /** Messages that arrived within the measured time, whenever they were due. */
    long arrived;
    long superseded;
    long bytes;
    /** Messages that do not advance their market, or belong to a market or an update that does not exist. */
    long wrong;

    private final LoadPlan plan;
    private final LoadOptions options;
    private final long numberBase;
    private final byte[][] tickers;
    private final int[] table;
    private int number;

    BookReader(LoadPlan plan, LoadOptions options, long numberBase, List<LoadMarket> markets) {
        this.plan = plan;
        this.options = options;
        this.numberBase = numberBase;
        this.tickers = markets.stream().map(market -> ascii(market.ticker())).toArray(byte[][]::new);
        this.table = new int[Integer.highestOneBit(tickers.length) * 4];
        Arrays.fill(table, -1);
        for (int market = 0; market < tickers.length; market++) {
            int at = hash(tickers[market], 0, tickers[market].length);
            while (table[at] >= 0) {
                at = at + 1 & table.length - 1;
            }
            table[at] = market;
        }
    }

    @Override
    public void read(LoadClient client, byte[] in, int from, int to, long nowNanos) {
        boolean top = begins(in, from, to, TOP_TYPE);
        boolean snapshot = begins(in, from, to, SNAPSHOT_TYPE);
        boolean trade = begins(in, from, to, TRADE_TYPE);
        if (options.isTrade() && begins(in, from, to, SUBSCRIBED_TYPE)) {
            // it begins with no message of a market
            Arrays.fill(client.places, 0);
            client.opened = client.places.length;
        }
        if (!top && !snapshot && !trade && !begins(in, from, to, DELTA_TYPE)) {
            return;
        }
        int ticker = FrameScan.after(in, from, to, TICKER);
        int market = market(in, ticker, FrameScan.indexOf(in, ticker, to, '"'));
        int slot = market < 0 ? -1 : client.slot(market);
        if (slot < 0) {
            wrong++;
            return;
        }
        LoadPlan.Run run = plan.run(market);
        int before = client.places[slot];
        int place = top ? topPlace(run, before, in, ticker, to)
                : updatePlace(run, before, snapshot, trade, in, from, to);
        if (place < 0) {
            wrong++;
            return;
        }
        client.places[slot] = place;
        if (before < 0) {
            client.opened++;
        } else if (plan.isMeasuredTime(nowNanos)) {
            arrived++;
        }
        if (place > before && place > 0 && plan.isMeasured(number)) {
            delivered++;
            superseded += measured(run.updates, Math.max(0, before) + 1, place);
            bytes += to - from;
            latencyNanos.recordValue(Math.max(0, nowNanos - plan.dueNanos(number - plan.first())));
        }
    }

    /** Whether a client has its market's final state: the same top may occur again after others. */
    boolean isComplete(LoadClient client, int slot) {
        LoadPlan.Run run = plan.run(client.markets[slot]);
        int place = client.places[slot];
        return place >= 0 && run.contents[place] == run.contents[run.count - 1];
    }

    private int topPlace(LoadPlan.Run run, int before, byte[] in, int from, int to) {
        int yes = FrameScan.after(in, from, to, options.depth > 1 ? YES : YES_BID);
        int no = FrameScan.after(in, yes, to, options.depth > 1 ? NO : NO_BID);
        long top = levels(in, no, to, LoadPlan.with(levels(in, yes, to, 0), LoadPlan.OTHER_SIDE));
        if (before >= 0 && run.contents[before] == top) {
            // the same top again: the market's status changed
            return before;
        }
        for (int place = before + 1; place < run.count; place++) {
            if (run.contents[place] == top) {
                number = run.updates[place];
                return place;
            }
        }
        return -1;
    }

    /** The levels of one side, an object, an array of them or null, as {@link LoadMarket#levels} has them. */
    private long levels(byte[] in, int from, int to, long before) {
        long levels = before;
        if (in[from] == 'n') {
            return levels;
        }
        int end = FrameScan.indexOf(in, from, to, in[from] == '[' ? ']' : '}');
        for (int at = FrameScan.after(in, from, end, NUMBER); at > 0; at = FrameScan.after(in, at, end, NUMBER)) {
            levels = LoadPlan.with(levels, (int) (FrameScan.number(in, at, to, -1) - numberBase));
        }
        return levels;
    }

    private int updatePlace(
            LoadPlan.Run run, int before, boolean snapshot, boolean trade, byte[] in, int from, int to) {
        int at = trade ? FrameScan.after(in, from, to, TRADE_ID) : FrameScan.afterLast(in, from, to, NUMBER);
        number = at < 0 ? -2 : (int) (FrameScan.number(in, at, to, -1) - (trade ? 0 : numberBase));
        if (snapshot) {
            int place = Arrays.binarySearch(run.updates, 0, run.count, number);
            return place >= before ? place : -1;
        }
        int next = before + 1;
        return before >= 0 && next < run.count && run.updates[next] == number ? next : -1;
    }

    private static boolean begins(byte[] in, int from, int to, byte[] text) {
        return FrameScan.after(in, from, Math.min(to, from + text.length), text) > 0;
    }

    private int measured(int[] numbers, int from, int to) {
        int count = 0;
        for (int place = from; place < to; place++) {
            if (plan.isMeasured(numbers[place])) {
                count++;
            }
        }
        return count;
    }

    /** The number of measured messages that a client gets if none is superseded. */
    long expected(LoadClient client) {
        long sum = 0;
        for (int market : client.markets) {
            LoadPlan.Run run = plan.run(market);
            sum += measured(run.updates, 1, run.count);
        }
        return sum;
    }

    private int market(byte[] in, int from, int to) {
        if (from < 0) {
            return -1;
        }
        int at = hash(in, from, to);
        while (table[at] >= 0 && !Arrays.equals(tickers[table[at]], 0, tickers[table[at]].length, in, from, to)) {
            at = at + 1 & table.length - 1;
        }
        return table[at];
    }

    private int hash(byte[] in, int from, int to) {
        int hash = 0x811c9dc5;
        for (int at = from; at < to; at++) {
            hash = (hash ^ in[at]) * 0x01000193;
        }
        return (hash ^ hash >>> 15) & table.length - 1;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
