package io.bookserver.book;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * A lifecycle message. Times are epoch milliseconds; empty if the message does not give them.
 *
 * <p><i>Immutable.</i>
 *
 * @param event what happened
 * @param eventMs when it happened, by the exchange's time if given, else the feed's
 * @param openMs when trading begins
 * @param closeMs when trading ends
 */
public record MarketStatusChanged(
        String ticker, Event event, long eventMs, OptionalLong openMs, OptionalLong closeMs, RecordStamp stamp)
        implements BookUpdate {

    /** The kind of lifecycle message. */
    public enum Event {
        CREATED {
            @Override
            MarketLifecycle applyTo(MarketLifecycle before, MarketStatusChanged change) {
                return before.scheduled(change.openMs, change.closeMs);
            }
        },
        ACTIVATED {
            @Override
            MarketLifecycle applyTo(MarketLifecycle before, MarketStatusChanged change) {
                return before.begun().scheduled(change.openMs, change.closeMs).withPaused(false);
            }
        },
        DEACTIVATED {
            @Override
            MarketLifecycle applyTo(MarketLifecycle before, MarketStatusChanged change) {
                return before.begun().scheduled(change.openMs, change.closeMs).withPaused(true);
            }
        },
        CLOSE_DATE_UPDATED {
            @Override
            MarketLifecycle applyTo(MarketLifecycle before, MarketStatusChanged change) {
                return before.scheduled(OptionalLong.empty(), change.closeMs);
            }
        },
        DETERMINED {
            @Override
            MarketLifecycle applyTo(MarketLifecycle before, MarketStatusChanged change) {
                return before.determinedAt(change.eventMs);
            }
        },
        SETTLED {
            @Override
            MarketLifecycle applyTo(MarketLifecycle before, MarketStatusChanged change) {
                return before.settledAt(change.eventMs);
            }
        },
        REPORTED_INITIALIZED(MarketPhase.INITIALIZED),
        REPORTED_OPEN(MarketPhase.OPEN),
        REPORTED_PAUSED(MarketPhase.PAUSED),
        REPORTED_CLOSED(MarketPhase.CLOSED),
        REPORTED_DETERMINED(MarketPhase.DETERMINED),
        REPORTED_SETTLED(MarketPhase.SETTLED);

        private final MarketPhase reported;

        Event() {
            this(MarketPhase.UNKNOWN);
        }

        /**
         * A phase reported by an older proxy's {@code market_status}: the phase itself, not the event that led to it.
         */
        Event(MarketPhase reported) {
            this.reported = reported;
        }

        MarketLifecycle applyTo(MarketLifecycle before, MarketStatusChanged change) {
            return before.reported(reported, change.eventMs);
        }
    }

    public MarketStatusChanged {
        Objects.requireNonNull(event, "event");
    }

    /**
     * This message as one that is older than those applied: it adds what they did not say. An older proxy's report of a
     * phase adds nothing.
     */
    Transition completing(MarketSnapshot before, long nowMs, long wallMs) {
        MarketLifecycle older = event.reported == MarketPhase.UNKNOWN
                ? event.applyTo(MarketLifecycle.NOTHING_KNOWN, this) : MarketLifecycle.NOTHING_KNOWN;
        return new Transition(
                before.withLifecycle(before.lifecycle().completedBy(older), before.book(), stamp, nowMs, wallMs),
                ApplyOutcome.APPLIED);
    }

    @Override
    public Transition applyTo(MarketSnapshot before, Doubt doubt, long nowMs, long wallMs) {
        MarketLifecycle next = event.applyTo(before.lifecycle(), this);
        BookSnapshot book = doubt == Doubt.NONE ? before.book() : before.book().asStale();
        return new Transition(
                before.withLifecycle(next, book, stamp, nowMs, wallMs), doubt.of(ApplyOutcome.APPLIED));
    }
}
