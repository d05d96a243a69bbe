package io.bookserver.stream;

/**
 * One market in one subscription.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
abstract class Followed {
    private final Subscription subscription;
    private final String ticker;
    /** Whether it counts among the tickers that no record has named. */
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

    /** A record has named the market. */
    final void becomesKnown() {
        if (isUnknown) {
            isUnknown = false;
            subscription.session().fanOut().becameKnown();
        }
    }

    /** From the moment this returns, nothing of the market passes this by. */
    abstract void enter();

    abstract void leave();

    /**
     * Begins to follow: what was before is no news any more.
     *
     * @param sends whether the client is sent where the market stands, which its socket must take now
     */
    abstract void begin(boolean sends);

    /**
     * Sends where the market stands, which the socket must take now.
     *
     * @param id of the command that asked
     */
    abstract void answer(long id);
}
