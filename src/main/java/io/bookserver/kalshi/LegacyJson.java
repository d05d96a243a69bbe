package io.bookserver.kalshi;

import io.bookserver.book.Ladder;
import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.MarketStatistics;
import io.bookserver.book.Side;
import io.bookserver.book.TopOfBook;

/**
 * The fields in whole cents and contracts that the exchange sent until March 2026 (doc), in addition to the present
 * ones, and only if they are exact.
 *
 * <p><i>Stateless.</i>
 */
public final class LegacyJson {
    private static final int CENT_TICKS = Level.TICKS_PER_DOLLAR / 100;
    private static final int CONTRACT_HUNDREDTHS = 100;

    private LegacyJson() {}

    /** A delta's {@code msg} with {@code price} and {@code delta}. */
    public static byte[] delta(byte[] msg, int shownTicks, long deltaHundredths) {
        if (!isExact(shownTicks, deltaHundredths)) {
            return msg;
        }
        return more(msg, 64).ascii(",\"price\":").number(shownTicks / CENT_TICKS)
                .ascii(",\"delta\":").number(deltaHundredths / CONTRACT_HUNDREDTHS).ascii("}").toByteArray();
    }

    /** A snapshot's {@code msg} with {@code yes} and {@code no}, each if all its levels are exact. */
    public static byte[] snapshot(byte[] msg, MarketSnapshot market, boolean yesScale) {
        Ladder yes = market.book().yes();
        Ladder no = market.book().no();
        JsonBytes out = more(msg, 32 + 12 * (yes.depth() + no.depth()));
        side(out, "yes", yes, false);
        side(out, "no", no, yesScale);
        return out.ascii("}").toByteArray();
    }

    /**
     * A ticker's {@code msg} with {@code price}, {@code yes_bid}, {@code yes_ask}, {@code volume} and
     * {@code open_interest}.
     */
    public static byte[] ticker(byte[] msg, TopOfBook top, MarketStatistics traded) {
        JsonBytes out = more(msg, 128);
        cents(out, "price", traded.lastPriceTicks());
        cents(out, "yes_bid", top.bestBid(Side.YES).map(Level::priceTicks).orElse(0));
        cents(out, "yes_ask", Level.TICKS_PER_DOLLAR - top.bestBid(Side.NO).map(Level::priceTicks).orElse(0));
        contracts(out, "volume", traded.volumeHundredths());
        contracts(out, "open_interest", traded.openInterestHundredths());
        return out.ascii("}").toByteArray();
    }

    private static void side(JsonBytes out, String name, Ladder ladder, boolean flipped) {
        for (int rank = 0; rank < ladder.depth(); rank++) {
            if (!isExact(ladder.level(rank).priceTicks(), ladder.level(rank).quantityHundredths())) {
                return;
            }
        }
        if (ladder.isEmpty()) {
            return;
        }
        out.ascii(",\"").ascii(name).ascii("\":[");
        for (int at = 0; at < ladder.depth(); at++) {
            // ascending by the displayed price
            Level level = ladder.level(flipped ? at : ladder.depth() - 1 - at);
            int ticks = flipped ? Level.TICKS_PER_DOLLAR - level.priceTicks() : level.priceTicks();
            out.ascii("[").number(ticks / CENT_TICKS).ascii(",")
                    .number(level.quantityHundredths() / CONTRACT_HUNDREDTHS).ascii("],");
        }
        out.dropLast(',').ascii("]");
    }

    private static void cents(JsonBytes out, String name, int ticks) {
        if (ticks % CENT_TICKS == 0) {
            out.ascii(",\"").ascii(name).ascii("\":").number(ticks / CENT_TICKS);
        }
    }

    private static void contracts(JsonBytes out, String name, long hundredths) {
        if (hundredths % CONTRACT_HUNDREDTHS == 0) {
            out.ascii(",\"").ascii(name).ascii("\":").number(hundredths / CONTRACT_HUNDREDTHS);
        }
    }

    private static boolean isExact(int ticks, long hundredths) {
        return ticks % CENT_TICKS == 0 && hundredths % CONTRACT_HUNDREDTHS == 0;
    }

    private static JsonBytes more(byte[] msg, int bytes) {
        return new JsonBytes(msg.length + bytes).raw(msg).dropLast('}');
    }
}
