package io.bookserver.chaos.oracle;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * Every state that one market's book has had lately, in order, as its records make it.
 *
 * <p><i>Not thread-safe; confined to the oracle's lock.</i>
 */
final class History {
    /** Nothing that is shown is older: a follower that does not read for so long has been sent away. */
    private static final long KEPT_MS = 300_000;

    /**
     * The book behind one record.
     *
     * @param readMs when the oracle read the record, so that it was in the log before
     * @param sizes of prices and quantities
     * @param full of these and where each level comes from
     * @param tops of the best level of each side
     * @param mayBeLive whether it may be shown as live
     * @param isUnknown the contract leaves open what the book is from here on
     * @param connection that the book stands on; 0 if unknown
     */
    record State(long number, long readMs, long sizes, long full, long tops, boolean mayBeLive, boolean isUnknown, long connection) {
    }

    /** What a reader can compare. */
    enum Seen {
        SIZES, FULL, TOPS
    }

    private final ArrayDeque<State> states = new ArrayDeque<>();
    private final Map<Seen, Map<Long, State>> latestLive = Map.of(Seen.SIZES, new HashMap<>(), Seen.FULL, new HashMap<>(),
            Seen.TOPS, new HashMap<>());
    private State latestUnknown;
    private long next;

    void add(long readMs, long sizes, long full, long tops, boolean mayBeLive, boolean isUnknown, long connection) {
        State state = new State(next++, readMs, sizes, full, tops, mayBeLive, isUnknown, connection);
        states.add(state);
        if (isUnknown) {
            latestUnknown = state;
        }
        if (mayBeLive) {
            latestLive.forEach((seen, map) -> map.put(key(seen, state), state));
        }
        while (states.size() > 1 && states.peek().readMs() < readMs - KEPT_MS) {
            State old = states.poll();
            latestLive.forEach((seen, map) -> map.remove(key(seen, old), old));
        }
    }

    private static long key(Seen seen, State state) {
        return switch (seen) {
            case SIZES -> state.sizes();
            case FULL -> state.full();
            case TOPS -> state.tops();
        };
    }

    /** The latest state with that fingerprint that may be live. */
    Optional<State> live(Seen seen, long fingerprint) {
        return Optional.ofNullable(latestLive.get(seen).get(fingerprint));
    }

    /** Whether at some moment since then the contract left open what the book is. */
    boolean wasUnknownSince(long ms) {
        return latestUnknown != null && (latestUnknown == states.peekLast() || latestUnknown.readMs() >= ms);
    }

    /** The state that a reader must have reached who has all that was in the log before that time; the first if none. */
    State reached(long beforeMs) {
        State reached = states.peek();
        for (Iterator<State> newest = states.descendingIterator(); newest.hasNext(); ) {
            State state = newest.next();
            if (state.readMs() < beforeMs) {
                return state;
            }
        }
        return reached;
    }

    Optional<State> last() {
        return Optional.ofNullable(states.peekLast());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        Iterator<State> newest = states.descendingIterator();
        for (int i = 0; i < 6 && newest.hasNext(); i++) {
            text.append("\n    ").append(newest.next());
        }
        return text.toString();
    }
}
