package io.bookserver.feed.exchange;

import io.bookserver.feed.exchange.ListedMarket.Phase;
import io.bookserver.book.MarketDetails;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * Every market that the exchange has reported, by REST or by lifecycle messages, and which of them are followed: those
 * that are selected and owned, from shortly before they open until shortly after their result. Markets of other
 * connectors are also known, so that they can be taken over at once.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class MarketCatalog {
    /** A market is followed from this long before it opens. */
    static final long EARLY_MS = 5_000;
    /**
     * After a market's end its orders are cancelled by ordinary messages; it is followed for this long to receive them.
     */
    static final long LINGER_MS = 60_000;
    /** REST's reports are published again after this long, for topics with a retention of less than a day. */
    static final long TELL_AGAIN_MS = 1_800_000;

    /** Is notified of the markets to follow, and of what to publish about them. */
    interface Listener {
        void follow(String ticker);

        void unfollow(String ticker);

        /** REST has reported on an owned market. */
        void told(ListedMarket market);
    }

    private static final class Known {
        private OptionalLong openS = OptionalLong.empty();
        private OptionalLong closeS = OptionalLong.empty();
        private Phase phase = Phase.OPEN;
        private long lifecycleMs = Long.MIN_VALUE;
        private long toldMs = Long.MIN_VALUE;
        private long listedMs = Long.MIN_VALUE;
        private long dueMs = Long.MIN_VALUE;
        private boolean followed;
        private boolean leftOut;
        private boolean ends;
    }

    private record Due(long atMs, String ticker) {}

    private final MarketSelection selection;
    private final OptionalInt maxMarkets;
    private final Listener listener;
    private final ConnectorFigures figures;
    private final Map<String, Known> known = new HashMap<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>((one, other) -> Long.compare(one.atMs, other.atMs));
    private Predicate<String> ours = ticker -> false;
    private int followed;

    MarketCatalog(MarketSelection selection, OptionalInt maxMarkets, Listener listener, ConnectorFigures figures) {
        this.selection = selection;
        this.maxMarkets = maxMarkets;
        this.listener = listener;
        this.figures = figures;
    }

    /** Changes the owned markets; what is known of newly owned ones is published. */
    void share(Predicate<String> nowOurs, long epochMs) {
        ours = nowOurs;
        new ArrayList<>(known.keySet()).forEach(ticker -> {
            Known market = known.get(ticker);
            if (!ours.test(ticker)) {
                market.toldMs = Long.MIN_VALUE;
            } else if (market.toldMs == Long.MIN_VALUE) {
                tell(ticker, market, MarketDetails.NONE, epochMs);
            }
            review(ticker, market, epochMs);
        });
    }

    /**
     * Handles a market in REST's list.
     *
     * @param askedMs epoch ms, when it was requested: lifecycle messages received since then take precedence
     */
    void listed(ListedMarket listed, long askedMs, long epochMs) {
        if (!selection.includes(listed.ticker())) {
            return;
        }
        Known market = known.computeIfAbsent(listed.ticker(), ticker -> new Known());
        market.listedMs = epochMs;
        if (market.lifecycleMs >= askedMs) {
            return;
        }
        boolean changed = market.phase != listed.phase() || differs(listed.openS(), market.openS)
                || differs(listed.closeS(), market.closeS);
        market.phase = listed.phase();
        market.openS = listed.openS().isPresent() ? listed.openS() : market.openS;
        market.closeS = listed.closeS().isPresent() ? listed.closeS() : market.closeS;
        if (ours.test(listed.ticker()) && (changed || epochMs - TELL_AGAIN_MS >= market.toldMs)) {
            tell(listed.ticker(), market, listed.details(), epochMs);
        }
        review(listed.ticker(), market, epochMs);
    }

    private static boolean differs(OptionalLong told, OptionalLong before) {
        return told.isPresent() && !told.equals(before);
    }

    /** The details are not stored here: every listing reports them again. */
    private void tell(String ticker, Known market, MarketDetails details, long epochMs) {
        market.toldMs = epochMs;
        listener.told(new ListedMarket(ticker, market.phase, market.openS, market.closeS, details));
    }

    /** Handles a lifecycle message; it is published unchanged if its market is owned. */
    void lifecycle(ExchangeMessage message, long epochMs) {
        String ticker = message.ticker();
        if (!selection.includes(ticker)) {
            return;
        }
        Known market = known.computeIfAbsent(ticker, name -> new Known());
        market.lifecycleMs = epochMs;
        market.toldMs = Math.max(market.toldMs, epochMs);
        market.openS = message.openS() > 0 ? OptionalLong.of(message.openS()) : market.openS;
        market.closeS = message.closeS() > 0 ? OptionalLong.of(message.closeS()) : market.closeS;
        market.phase = switch (message.event()) {
            case "determined" -> Phase.DETERMINED;
            case "settled" -> Phase.SETTLED;
            case "deactivated" -> Phase.PAUSED;
            case "activated" -> Phase.OPEN;
            default -> market.phase;
        };
        review(ticker, market, epochMs);
    }

    /** Reports everything again: earlier reports may not have reached the topic. */
    void tellAgain(long epochMs) {
        known.forEach((ticker, market) -> {
            if (ours.test(ticker)) {
                tell(ticker, market, MarketDetails.NONE, epochMs);
            }
        });
    }

    List<String> followed() {
        List<String> all = new ArrayList<>(followed);
        known.forEach((ticker, market) -> {
            if (market.followed) {
                all.add(ticker);
            }
        });
        return all;
    }

    /** Starts and stops following markets whose time has come. */
    void tick(long epochMs) {
        while (!due.isEmpty() && due.peek().atMs <= epochMs) {
            String ticker = due.poll().ticker;
            Known market = known.get(ticker);
            if (market != null) {
                if (market.phase.isFinal()) {
                    leave(ticker, market);
                } else {
                    review(ticker, market, epochMs);
                }
            }
        }
    }

    private void review(String ticker, Known market, long epochMs) {
        if (market.phase.isFinal()) {
            if (!market.ends) {
                market.ends = true;
                due.add(new Due(epochMs + LINGER_MS, ticker));
            }
            return;
        }
        market.ends = false;
        if (!ours.test(ticker)) {
            unfollow(ticker, market);
            return;
        }
        long followFromMs = market.openS.orElse(0) * 1000 - EARLY_MS;
        if (followFromMs > epochMs) {
            if (followFromMs != market.dueMs) {
                market.dueMs = followFromMs;
                due.add(new Due(followFromMs, ticker));
            }
        } else if (!market.followed) {
            if (maxMarkets.isPresent() && followed >= maxMarkets.getAsInt()) {
                figures.marketsLeftOut.addAndGet(market.leftOut ? 0 : 1);
                market.leftOut = true;
                return;
            }
            include(market);
            market.followed = true;
            followed++;
            listener.follow(ticker);
        }
    }

    private void include(Known market) {
        figures.marketsLeftOut.addAndGet(market.leftOut ? -1 : 0);
        market.leftOut = false;
    }

    private void unfollow(String ticker, Known market) {
        include(market);
        if (market.followed) {
            market.followed = false;
            followed--;
            listener.unfollow(ticker);
        }
    }

    private void leave(String ticker, Known market) {
        unfollow(ticker, market);
        known.remove(ticker);
    }

    boolean follows(String ticker) {
        Known market = known.get(ticker);
        return market != null && market.followed;
    }

    /** Whether this connector publishes the messages of that market. */
    boolean publishes(String ticker) {
        return selection.includes(ticker) && ours.test(ticker);
    }

    /** Followed markets that REST has not listed since then: they may have ended. */
    List<String> unlistedSince(long epochMs) {
        List<String> unlisted = new ArrayList<>();
        known.forEach((ticker, market) -> {
            if (market.followed && market.listedMs < epochMs && market.lifecycleMs < epochMs) {
                unlisted.add(ticker);
            }
        });
        return unlisted;
    }

    int followedCount() {
        return followed;
    }

    int knownCount() {
        return known.size();
    }
}
