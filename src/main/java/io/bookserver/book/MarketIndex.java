package io.bookserver.book;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;

/**
 * Secondary indexes of the registry's markets: by ticker in order, by the exchange's id, by event and series. It is
 * written only when a market is added, removed, or described anew. A market may be retired meanwhile, so whoever adds
 * one must check that afterwards.
 *
 * <p><i>Thread-safe: readers never block.</i>
 */
final class MarketIndex {
    private final ConcurrentNavigableMap<String, Market> sorted = new ConcurrentSkipListMap<>();
    /** The markets whose exchange id is known, by that id. */
    private final ConcurrentHashMap<String, Market> byId = new ConcurrentHashMap<>();
    private final MarketGroups groups = new MarketGroups();

    int size() {
        return sorted.size();
    }

    /** See {@link BookRegistry#markets()}. */
    Collection<Market> markets() {
        return Collections.unmodifiableCollection(sorted.values());
    }

    /** See {@link BookRegistry#list}. */
    List<MarketSnapshot> list(String afterTicker, String prefix, Predicate<MarketSnapshot> filter, int limit) {
        boolean behind = afterTicker.compareTo(prefix) >= 0 && !afterTicker.isEmpty();
        Iterator<Market> all = (behind ? sorted.tailMap(afterTicker, false) : sorted.tailMap(prefix, true))
                .values().iterator();
        List<MarketSnapshot> found = new ArrayList<>(Math.min(limit, 1024));
        while (all.hasNext() && found.size() < limit) {
            MarketSnapshot market = all.next().current();
            if (!market.ticker().startsWith(prefix)) {
                break;
            }
            if (filter.test(market)) {
                found.add(market);
            }
        }
        return found;
    }

    Optional<Market> ofId(String marketId) {
        return Optional.ofNullable(byId.get(marketId));
    }

    MarketGroups groups() {
        return groups;
    }

    /** Adds a new market, of which only the ticker is known. */
    void add(String ticker, Market market) {
        sorted.compute(ticker, (key, known) -> known == null || known.isRetired() ? market : known);
        if (market.isRetired()) {
            sorted.remove(ticker, market);
        }
    }

    /** Adds a restored market with all that is known of it. */
    void restore(MarketState state, Market market) {
        sorted.put(state.ticker(), market);
        groups.add(state.ticker(), market.details());
        if (!state.marketId().isEmpty()) {
            byId.put(state.marketId(), market);
        }
    }

    /** Updates the index with a market's new description. */
    void describe(Market market, MarketDetails told) {
        MarketDetails before = market.details();
        MarketDetails after = groups.sharing(before.with(told));
        if (after.equals(before)) {
            return;
        }
        String ticker = market.current().ticker();
        market.describe(after);
        if (!after.eventTicker().equals(before.eventTicker()) || !after.seriesTicker().equals(before.seriesTicker())) {
            groups.remove(ticker, before);
            groups.add(ticker, after);
        }
        if (market.isRetired()) {
            groups.remove(ticker, after);
        }
    }

    /** Replaces a market's id. */
    void identify(Market market, String idBefore, String idAfter) {
        byId.remove(idBefore, market);
        byId.put(idAfter, market);
        if (market.isRetired()) {
            byId.remove(idAfter, market);
        }
    }

    /** Removes a market, whose last snapshot is given. */
    void remove(MarketSnapshot last, Market market) {
        sorted.remove(last.ticker(), market);
        byId.remove(last.marketId(), market);
        groups.remove(last.ticker(), market.details());
    }
}
