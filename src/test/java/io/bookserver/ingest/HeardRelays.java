package io.bookserver.ingest;

import io.bookserver.kalshi.RelayListener;
import io.bookserver.kalshi.RelayedMessage;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The relayed messages of the markets of {@code IngestTest}.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class HeardRelays implements RelayListener {
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @Override
    public void heard(RelayedMessage message, boolean isNews) {
        if (message.ticker().startsWith("RELAY-")) {
            heard.add((isNews ? "news " : "old ") + message.type().wireName() + " " + new String(message.msg(), StandardCharsets.UTF_8));
        }
    }

    List<String> heard() {
        return heard;
    }
}
