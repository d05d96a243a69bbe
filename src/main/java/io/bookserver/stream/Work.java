package io.bookserver.stream;

import io.bookserver.kalshi.CommandException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Queue;

/**
 * Work that may be too much for one turn of the event loop, and is then done in several.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
@FunctionalInterface
interface Work {
    Work NOTHING = turn -> true;

    /**
     * Continues where the last turn ended.
     *
     * @return whether all is done; if not, the turn is over
     * @throws CommandException if the rest cannot be done: the client is told, and this is not called again
     */
    boolean advance(Turn turn) throws CommandException;

    /** A step with one element. */
    @FunctionalInterface
    interface Step<T> {
        void take(T one) throws CommandException;
    }

    /** A step without an element. */
    @FunctionalInterface
    interface Action {
        void run() throws CommandException;
    }

    /** One step per element, as many in a turn as there is time for, at least one. */
    static <T> Work each(Iterator<T> all, Step<T> step) {
        return turn -> {
            while (all.hasNext()) {
                step.take(all.next());
                if (turn.isOver()) {
                    return !all.hasNext();
                }
            }
            return true;
        };
    }

    /** Work of a single step. */
    static Work once(Action action) {
        return turn -> {
            action.run();
            return true;
        };
    }

    /** Supplies the parts of a work, once the earlier parts are done. */
    @FunctionalInterface
    interface Source {
        Work begin() throws CommandException;
    }

    /** Work that is determined only when its turn comes. */
    static Work deferred(Source source) {
        Work[] begun = new Work[1];
        return turn -> {
            if (begun[0] == null) {
                begun[0] = source.begin();
            }
            return begun[0].advance(turn);
        };
    }

    /** Several works, one after the other. */
    static Work inOrder(Work... parts) {
        Queue<Work> left = new ArrayDeque<>(Arrays.asList(parts));
        return turn -> {
            while (!left.isEmpty()) {
                if (!left.peek().advance(turn)) {
                    return false;
                }
                left.remove();
                if (turn.isOver()) {
                    return left.isEmpty();
                }
            }
            return true;
        };
    }
}
