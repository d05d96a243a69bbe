package io.bookserver.stream;

/**
 * One market in one subscription.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
abstract class Followed {
    private final Subscription subscription;
    private final String ticker;
    /** Whether it counts as a ticker that no record has named. */
    private boolean isUnknown;

    Followed(Subscription subscription, String ticker, boolean isUnknown) {
        this.subscription = subscription;
        this.ticker = ticker;
        this.isUnknown = isUnknown;
    }

    final Subscription subscription() {
        return subscription;
    }

    final String ticker() {
        return ticker;
    }

    final boolean isUnknown() {
        return isUnknown;
    }

    /** To be called when a record has named the market. */
    final void becomesKnown() {
        if (isUnknown) {
            isUnknown = false;
            subscription.becameKnown();
        }
    }

    /** Registers for the market's messages. None is missed once this returns. */
    abstract void enter();

    abstract void leave();

    /**
     * Begins to follow. Earlier changes are not sent.
     *
     * @param sends whether to send the current state, which the socket must accept now
     */
    abstract void begin(boolean sends);

    /**
     * Sends the current state, which the socket must accept now.
     *
     * @param id of the command that requested it
     */
    abstract void answer(long id);
}
