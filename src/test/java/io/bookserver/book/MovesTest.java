package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class MovesTest {
    private static final ToIntFunction<String> FIRST = ticker -> 1;
    private static final ToIntFunction<String> SECOND = ticker -> 2;

    private final AtomicLong nowNanos = new AtomicLong(-5);
    private final Moves moves = new Moves(nowNanos::get);

    @Test
    void formerPartition_isRememberedForAWhile_whetherBooksAreMarkedOrNot() {
        moves.add(FIRST);
        nowNanos.addAndGet(Moves.REMEMBERED_NANOS / 2);
        moves.add(SECOND);
        moves.marked(FIRST);
        assertThat(moves.wasIn("A", 1)).isTrue();
        assertThat(moves.wasIn("A", 2)).isTrue();
        assertThat(moves.wasIn("A", 3)).isFalse();
        nowNanos.addAndGet(Moves.REMEMBERED_NANOS / 2 + 1);
        assertThat(moves.wasIn("A", 1)).isFalse();
        assertThat(moves.wasIn("A", 2)).isTrue();
    }

    @Test
    void move_isPending_untilItsBooksAreMarked() {
        assertThat(moves.pending()).isNull();
        assertThat(moves.isEmpty()).isTrue();
        moves.add(FIRST);
        moves.add(SECOND);
        assertThat(moves.pending()).isSameAs(FIRST);
        moves.marked(FIRST);
        assertThat(moves.pending()).isSameAs(SECOND);
        moves.marked(SECOND);
        assertThat(moves.pending()).isNull();
        assertThat(moves.isEmpty()).isFalse();
    }
}
