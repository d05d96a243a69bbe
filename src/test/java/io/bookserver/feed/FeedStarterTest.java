package io.bookserver.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookserver.feed.FeedConfig.Mode;
import io.quarkus.runtime.StartupEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Which feed a mode starts. */
class FeedStarterTest {
    private record Settings(Mode mode, String topic) implements FeedConfig {}

    private final List<Mode> opened = new CopyOnWriteArrayList<>();

    private FeedSource source(Mode mode, boolean ready) {
        return new FeedSource() {
            @Override
            public Mode mode() {
                return mode;
            }

            @Override
            public boolean isReady() {
                return ready;
            }

            @Override
            public Feed open() {
                opened.add(mode);
                return () -> { };
            }
        };
    }

    private void start(Mode mode, FeedSource... sources) {
        new FeedStarter(new Settings(mode, "t"), List.of(sources)).start(new StartupEvent());
    }

    @Test
    void auto_withAKey_isTheExchange_andWithoutTheSimulator() {
        start(Mode.AUTO, source(Mode.SIMULATOR, true), source(Mode.EXCHANGE, true));
        start(Mode.AUTO, source(Mode.SIMULATOR, true), source(Mode.EXCHANGE, false));
        assertThat(opened).containsExactly(Mode.EXCHANGE, Mode.SIMULATOR);
    }

    @Test
    void mode_startsItsOwnFeed_andNoneStartsNone() {
        start(Mode.REPLAY, source(Mode.SIMULATOR, true), source(Mode.REPLAY, false));
        start(Mode.NONE, source(Mode.SIMULATOR, true));
        assertThat(opened).containsExactly(Mode.REPLAY);
    }

    @Test
    void mode_withoutAFeed_endsTheStart() {
        assertThatThrownBy(() -> start(Mode.REPLAY, source(Mode.SIMULATOR, true)))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("orderbook.feed.mode=replay");
    }
}
