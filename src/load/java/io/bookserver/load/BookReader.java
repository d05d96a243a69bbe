package io.bookserver.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Checks the messages of books against the plan: every message must be the next of its market, or one that replaces
 * earlier ones.
 *
 * <p><i>Not thread-safe; confined to one client loop.</i>
 */
final class BookReader implements FrameReader {
    private static final byte[] TICKER = ascii("\"market_ticker\":\"");
    private static final byte[] YES_BID = ascii("\"yes_bid\":");
    private static final byte[] NO_BID = ascii("\"no_bid\":");
    private static final byte[] NUMBER = ascii("\"feed_received_ms\":");
    private static final byte[] TOP_TYPE = ascii("{\"type\":\"top_of_book\"");
    private static final byte[] DELTA_TYPE = ascii("{\"type\":\"orderbook_delta\"");
    private static final byte[] SNAPSHOT_TYPE = ascii("{\"type\":\"orderbook_snapshot\"");

    final Histogram latencyNanos = new Histogram(1_000, 120_000_000_000L, 3);
    long delivered;
    /** Messages that arrived within the measured time, whenever they were due. */
    long arrived;
    long superseded;
    long bytes;
    /** Messages that do not advance their market, or belong to a market or an update that does not exist. */
    long wrong;

    private final LoadPlan plan;
    private final long numberBase;
    private final byte[][] tickers;
    private final int[] table;
    private int number;

    BookReader(LoadPlan plan, long numberBase, List<LoadMarket> markets) {
        this.plan = plan;
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
        boolean top = FrameScan.after(in, from, Math.min(to, from + TOP_TYPE.length), TOP_TYPE) > 0;
        boolean snapshot = FrameScan.after(in, from, Math.min(to, from + SNAPSHOT_TYPE.length), SNAPSHOT_TYPE) > 0;
        if (!top && !snapshot && FrameScan.after(in, from, Math.min(to, from + DELTA_TYPE.length), DELTA_TYPE) < 0) {
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
        int place = top ? topPlace(run, before, in, ticker, to) : updatePlace(run, before, snapshot, in, ticker, to);
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
            superseded += measured(top ? run.topUpdates : run.updates, Math.max(0, before) + 1, place);
            bytes += to - from;
            latencyNanos.recordValue(Math.max(0, nowNanos - plan.dueNanos(number - plan.first())));
        }
    }

    /** Whether a client has its market's final state: the same top may occur again after others. */
    boolean isComplete(LoadClient client, int slot, boolean delta) {
        LoadPlan.Run run = plan.run(client.markets[slot]);
        int place = client.places[slot];
        if (place < 0) {
            return false;
        }
        return delta ? place == run.updateCount - 1 : run.tops[place] == run.tops[run.topCount - 1];
    }

    private int topPlace(LoadPlan.Run run, int before, byte[] in, int from, int to) {
        int yes = FrameScan.after(in, from, to, YES_BID);
        int no = FrameScan.after(in, yes, to, NO_BID);
        long top = LoadPlan.top(bidUpdate(in, yes, to), bidUpdate(in, no, to));
        if (before >= 0 && run.tops[before] == top) {
            // the same top again: the market's status changed
            return before;
        }
        for (int place = before + 1; place < run.topCount; place++) {
            if (run.tops[place] == top) {
                number = run.topUpdates[place];
                return place;
            }
        }
        return -1;
    }

    private int bidUpdate(byte[] in, int from, int to) {
        if (in[from] == 'n') {
            return -2;
        }
        int at = FrameScan.after(in, from, to, NUMBER);
        return (int) (FrameScan.number(in, at, to, -1) - numberBase);
    }

    private int updatePlace(LoadPlan.Run run, int before, boolean snapshot, byte[] in, int from, int to) {
        int at = FrameScan.afterLast(in, from, to, NUMBER);
        number = at < 0 ? -2 : (int) (FrameScan.number(in, at, to, -1) - numberBase);
        if (snapshot) {
            int place = Arrays.binarySearch(run.updates, 0, run.updateCount, number);
            return place >= before ? place : -1;
        }
        int next = before + 1;
        return before >= 0 && next < run.updateCount && run.updates[next] == number ? next : -1;
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
    long expected(LoadClient client, boolean delta) {
        long sum = 0;
        for (int market : client.markets) {
            LoadPlan.Run run = plan.run(market);
            sum += delta ? measured(run.updates, 1, run.updateCount) : measured(run.topUpdates, 1, run.topCount);
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
