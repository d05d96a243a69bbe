package io.bookserver.exchange;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One market of the scripted exchange: its book and its phase. Times are epoch seconds.
 *
 * <p><i>Not thread-safe; confined to the exchange's event loop.</i>
 */
final class ScriptedMarket {
    final String ticker;
    final long openS;
    long closeS;
    String status = "active";
    final TreeMap<Integer, Long> yes = new TreeMap<>();
    final TreeMap<Integer, Long> no = new TreeMap<>();

    ScriptedMarket(String ticker, long openS, long closeS, SplittableRandom random) {
        this.ticker = ticker;
        this.openS = openS;
        this.closeS = closeS;
        for (int i = 0; i < 5; i++) {
            change(random);
        }
    }

    /** Changes one level at random; returns the fields of the delta. */
    String change(SplittableRandom random) {
        boolean isYes = random.nextBoolean();
        TreeMap<Integer, Long> side = isYes ? yes : no;
        int ticks = 100 * (1 + random.nextInt(49));
        long before = side.getOrDefault(ticks, 0L);
        long after = before > 0 && random.nextInt(3) == 0 ? 0 : before + 100 * (1 + random.nextInt(50));
        if (after == 0) {
            side.remove(ticks);
        } else {
            side.put(ticks, after);
        }
        return "\"market_ticker\":\"" + ticker + "\",\"market_id\":\"id\",\"price_dollars\":\"" + units(ticks, 4)
                + "\",\"delta_fp\":\"" + units(after - before, 2) + "\",\"side\":\"" + (isYes ? "yes" : "no")
                + "\",\"ts_ms\":" + System.currentTimeMillis();
    }

    String snapshotFields() {
        return "\"market_ticker\":\"" + ticker + "\",\"market_id\":\"id\""
                + (yes.isEmpty() ? "" : ",\"yes_dollars_fp\":" + ladder(yes))
                + (no.isEmpty() ? "" : ",\"no_dollars_fp\":" + ladder(no));
    }

    String restBook() {
        return "{\"ticker\":\"" + ticker + "\",\"orderbook_fp\":{\"yes_dollars\":" + ladder(yes) + ",\"no_dollars\":"
                + ladder(no) + "}}";
    }

    String restEntry() {
        return "{\"ticker\":\"" + ticker + "\",\"status\":\"" + status + "\",\"open_time\":\""
                + Instant.ofEpochSecond(openS) + "\",\"close_time\":\"" + Instant.ofEpochSecond(closeS)
                + "\",\"yes_bid\":0,\"custom\":{\"a\":[1]}}";
    }

    private static String ladder(Map<Integer, Long> levels) {
        StringBuilder out = new StringBuilder("[");
        levels.forEach((ticks, hundredths) -> out.append(out.length() > 1 ? "," : "").append("[\"").append(units(ticks, 4))
                .append("\",\"").append(units(hundredths, 2)).append("\"]"));
        return out.append("]").toString();
    }

    private static String units(long units, int decimals) {
        long one = decimals == 4 ? 10_000 : 100;
        return (units < 0 ? "-" : "") + Math.abs(units) / one + "."
                + String.format(Locale.ROOT, "%0" + decimals + "d", Math.abs(units) % one);
    }
}
