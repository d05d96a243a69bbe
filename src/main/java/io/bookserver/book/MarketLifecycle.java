package io.bookserver.book;

import java.util.OptionalLong;

/**
 * What the exchange has reported about a market's life so far. The status at any time follows from it (rule 6). The
 * exchange sends nothing when {@code openMs} or {@code closeMs} passes. All times are epoch milliseconds.
 *
 * <p><i>Immutable.</i>
 *
 * @param known whether anything has been reported
 * @param paused whether trading was suspended and has not resumed
 * @param openMs when trading begins
 * @param closeMs when trading ends, by the newest message that gives it
 * @param determinedMs when the result was determined
 * @param settledMs when the market was settled
 */
public record MarketLifecycle(
        boolean known,
        boolean paused,
        OptionalLong openMs,
        OptionalLong closeMs,
        OptionalLong determinedMs,
        OptionalLong settledMs) {

    /** The opening time of a market that is only known to be not open yet. */
    private static final long NOT_KNOWN_YET = Long.MAX_VALUE;

    static final MarketLifecycle NOTHING_KNOWN = new MarketLifecycle(
            false, false, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

    MarketLifecycle scheduled(OptionalLong newOpenMs, OptionalLong newCloseMs) {
        return new MarketLifecycle(
                true,
                paused,
                newOpenMs.isPresent() ? newOpenMs : openMs,
                newCloseMs.isPresent() ? newCloseMs : closeMs,
                determinedMs,
                settledMs);
    }

    /** This lifecycle as open, if the opening time is not known: a pause or resumption proves that trading began. */
    MarketLifecycle begun() {
        return openMs.isPresent() && openMs.getAsLong() == NOT_KNOWN_YET
                ? new MarketLifecycle(known, paused, OptionalLong.empty(), closeMs, determinedMs, settledMs) : this;
    }

    /** With what older messages add; what they say of what is known already is superseded. */
    MarketLifecycle completedBy(MarketLifecycle older) {
        return new MarketLifecycle(
                true,
                paused,
                openMs.isPresent() ? openMs : older.openMs,
                closeMs.isPresent() ? closeMs : older.closeMs,
                determinedMs.isPresent() ? determinedMs : older.determinedMs,
                settledMs.isPresent() ? settledMs : older.settledMs);
    }

    MarketLifecycle withPaused(boolean nowPaused) {
        return new MarketLifecycle(true, nowPaused, openMs, closeMs, determinedMs, settledMs);
    }

    MarketLifecycle determinedAt(long atMs) {
        return new MarketLifecycle(true, paused, openMs, closeMs, OptionalLong.of(atMs), settledMs);
    }

    MarketLifecycle settledAt(long atMs) {
        return new MarketLifecycle(true, paused, openMs, closeMs, determinedMs, OptionalLong.of(atMs));
    }

    /** Accepts the phase that an older proxy reports, and drops what contradicts it. */
    MarketLifecycle reported(MarketPhase phase, long atMs) {
        OptionalLong none = OptionalLong.empty();
        OptionalLong closeAhead = closeMs.isPresent() && closeMs.getAsLong() > atMs ? closeMs : none;
        switch (phase) {
            case INITIALIZED:
                OptionalLong openAhead = openMs.isPresent() && openMs.getAsLong() > atMs ? openMs
                        : OptionalLong.of(NOT_KNOWN_YET);
                return new MarketLifecycle(true, false, openAhead, closeAhead, none, none);
            case OPEN:
                return new MarketLifecycle(true, false, none, closeAhead, none, none);
            case PAUSED:
                return new MarketLifecycle(true, true, none, closeAhead, none, none);
            case CLOSED:
                return new MarketLifecycle(true, false, none, earliest(closeMs, OptionalLong.of(atMs)), none, none);
            case DETERMINED:
                return determinedAt(determinedMs.orElse(atMs));
            case SETTLED:
                return settledAt(settledMs.orElse(atMs));
            default:
                return this;
        }
    }

    /** The status at that moment. */
    MarketStatus statusAt(long nowMs) {
        if (!known) {
            return MarketStatus.UNKNOWN;
        }
        if (settledMs.isPresent()) {
            return ended(MarketPhase.SETTLED);
        }
        if (determinedMs.isPresent()) {
            return ended(MarketPhase.DETERMINED);
        }
        if (closeMs.isPresent() && closeMs.getAsLong() <= nowMs) {
            return ended(MarketPhase.CLOSED);
        }
        if (openMs.isPresent() && openMs.getAsLong() > nowMs) {
            return new MarketStatus(MarketPhase.INITIALIZED, OptionalLong.empty());
        }
        return new MarketStatus(paused ? MarketPhase.PAUSED : MarketPhase.OPEN, OptionalLong.empty());
    }

    /** Whether the status depends on the time. */
    boolean goesByTime() {
        return known && determinedMs.isEmpty() && settledMs.isEmpty();
    }

    /** Trading ended at the earliest of the closing time, the result and the settlement. */
    private MarketStatus ended(MarketPhase phase) {
        return new MarketStatus(phase, earliest(closeMs, earliest(determinedMs, settledMs)));
    }

    private static OptionalLong earliest(OptionalLong one, OptionalLong other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        return one.getAsLong() <= other.getAsLong() ? one : other;
    }
}
