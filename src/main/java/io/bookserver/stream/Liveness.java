package io.bookserver.stream;

import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection whose client is gone, does not read, or does nothing: it pings, and watches a socket that accepts
 * no more.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class Liveness {
    /** The exchange's ping body (doc). */
    private static final byte[] HEARTBEAT = "heartbeat".getBytes(StandardCharsets.US_ASCII);

    private static final int NORMAL = 1000;
    private static final int POLICY_VIOLATION = 1008;
    /** How often within {@code max-unread-time} it is checked whether the socket took a byte. */
    private static final int LOOKS = 10;

    private final Session session;
    private final Wire wire;
    private final Shard shard;
    private final StreamConfig config;
    private final ScheduledFuture<?> heartbeat;
    private long lastCommandNanos = System.nanoTime();
    private int missedPongs;
    /** Set while the socket accepts no more. */
    private ScheduledFuture<?> unreadTimer;
    private int looksInVain;
    private long unreadSinceMs;

    Liveness(Session session, Wire wire, Shard shard, StreamConfig config) {
        this.session = session;
        this.wire = wire;
        this.shard = shard;
        this.config = config;
        long pingMs = config.pingInterval().toMillis();
        // not at a fixed rate: a loop that was blocked would make up for missed pings at once, before a client can
        // answer
        this.heartbeat = shard.loop()
                .scheduleWithFixedDelay(guarded(this::beat), pingMs, pingMs, TimeUnit.MILLISECONDS);
    }

    void commandCame() {
        lastCommandNanos = System.nanoTime();
    }

    void pongCame() {
        missedPongs = 0;
    }

    /**
     * While the socket accepts no more, monitors whether it takes any byte. To be called when that may have changed.
     */
    void watchReading() {
        if (wire.isWritable() || session.isEnded()) {
            cancelUnreadTimer();
        } else if (unreadTimer == null) {
            missedPongs = 0;
            looksInVain = 0;
            wire.hasTaken();
            unreadSinceMs = shard.registry().nowMs();
            long lookNanos = Math.max(1, config.maxUnreadTime().toNanos() / LOOKS);
            unreadTimer = shard.loop().scheduleWithFixedDelay(
                    guarded(this::look), lookNanos, lookNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** While the socket accepts no more: the last time at which it is known to have taken a byte. Else empty. */
    OptionalLong notReadingSinceMs() {
        return unreadTimer == null ? OptionalLong.empty() : OptionalLong.of(unreadSinceMs);
    }

    /** Ends everything of it, with the session. */
    void end() {
        heartbeat.cancel(false);
        cancelUnreadTimer();
    }

    private void beat() {
        long quietNanos = System.nanoTime() - lastCommandNanos;
        if (!wire.isWritable() || !wire.isRead()) {
            // a ping would queue behind unsent data, which the timer monitors, or its pong behind commands not read yet
            missedPongs = 0;
        } else if (missedPongs >= config.maxMissedPongs()) {
            session.close(POLICY_VIOLATION, "no pong", "missed_pongs");
        } else if (session.subscriptions().isEmpty() && quietNanos > config.idleTimeout().toNanos()) {
            session.close(NORMAL, "idle", "idle");
        } else {
            missedPongs++;
            wire.ping(HEARTBEAT);
        }
    }

    private void look() {
        if (wire.hasTaken()) {
            looksInVain = 0;
            unreadSinceMs = shard.registry().nowMs();
            return;
        }
        looksInVain++;
        if (looksInVain < LOOKS) {
            return;
        }
        session.outbox().replyTooSlow();
        session.close(POLICY_VIOLATION, "does not read", StreamMetrics.SLOW_CLIENT);
    }

    private void cancelUnreadTimer() {
        if (unreadTimer != null) {
            unreadTimer.cancel(false);
            unreadTimer = null;
        }
    }

    /** A repeated action that throws would not be repeated. */
    private Runnable guarded(Runnable action) {
        return () -> {
            try {
                action.run();
            } catch (Throwable e) {
                session.fail(e);
            }
        };
    }
}
