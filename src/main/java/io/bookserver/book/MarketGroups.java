package io.bookserver.book;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * The markets by event and series, as far as records give them. The cost of a query is proportional to its result.
 *
 * <p><i>Thread-safe: readers and writers take no lock. A market that is added or removed meanwhile may be listed or
 * not.</i>
 */
public final class MarketGroups {
    /** One member of a group. Sorted by group, then by member. */
    private record Member(String group, String name) implements Comparable<Member> {
        @Override
        public int compareTo(Member other) {
            int byGroup = group.compareTo(other.group);
            return byGroup == 0 ? name.compareTo(other.name) : byGroup;
        }
    }

    private final NavigableSet<Member> marketsOfEvents = new ConcurrentSkipListSet<>();
    private final NavigableSet<Member> marketsOfSeries = new ConcurrentSkipListSet<>();
    private final NavigableSet<Member> eventsOfSeries = new ConcurrentSkipListSet<>();

    MarketGroups() {}

    /**
     * Tickers of an event's markets, sorted.
     *
     * @param afterTicker list tickers after this one; empty for the beginning
     * @param limit the maximum number of tickers
     */
    public List<String> marketsOfEvent(String eventTicker, String afterTicker, int limit) {
        return members(marketsOfEvents, eventTicker, afterTicker, limit);
    }

    /** Tickers of a series' markets, sorted; see {@link #marketsOfEvent}. */
    public List<String> marketsOfSeries(String seriesTicker, String afterTicker, int limit) {
        return members(marketsOfSeries, seriesTicker, afterTicker, limit);
    }

    /** The tickers of a series' events that have a market, sorted. */
    public List<String> eventsOfSeries(String seriesTicker, String afterEvent, int limit) {
        return members(eventsOfSeries, seriesTicker, afterEvent, limit);
    }

    /** The tickers of all events that have a market, sorted. */
    public List<String> events(String afterEvent, int limit) {
        List<String> found = new ArrayList<>();
        Member next = marketsOfEvents.higher(new Member(afterEvent, "\uffff"));
        while (next != null && found.size() < limit) {
            found.add(next.group);
            next = marketsOfEvents.higher(new Member(next.group, "\uffff"));
        }
        return found;
    }

    /** The same details with the event and series tickers interned: all markets of an event share one string. */
    MarketDetails sharing(MarketDetails details) {
        return details.named(known(marketsOfEvents, details.eventTicker()),
                known(eventsOfSeries, details.seriesTicker()));
    }

    private static String known(NavigableSet<Member> all, String group) {
        Member first = all.ceiling(new Member(group, ""));
        return first != null && first.group.equals(group) ? first.group : group;
    }

    /** The number of entries, for tests. */
    int size() {
        return marketsOfEvents.size() + marketsOfSeries.size() + eventsOfSeries.size();
    }

    void add(String ticker, MarketDetails details) {
        if (details.eventTicker().isEmpty()) {
            return;
        }
        marketsOfEvents.add(new Member(details.eventTicker(), ticker));
        marketsOfSeries.add(new Member(details.seriesTicker(), ticker));
        eventsOfSeries.add(new Member(details.seriesTicker(), details.eventTicker()));
    }

    void remove(String ticker, MarketDetails details) {
        if (details.eventTicker().isEmpty()) {
            return;
        }
        marketsOfEvents.remove(new Member(details.eventTicker(), ticker));
        marketsOfSeries.remove(new Member(details.seriesTicker(), ticker));
        Member event = new Member(details.seriesTicker(), details.eventTicker());
        if (marketsOfEvent(details.eventTicker(), "", 1).isEmpty()) {
            eventsOfSeries.remove(event);
            if (!marketsOfEvent(details.eventTicker(), "", 1).isEmpty()) {
                // another market of the event was added meanwhile
                eventsOfSeries.add(event);
            }
        }
    }

    private static List<String> members(NavigableSet<Member> all, String group, String after, int limit) {
        List<String> found = new ArrayList<>();
        for (Member member : all.tailSet(new Member(group, after), false)) {
            if (found.size() == limit || !member.group.equals(group)) {
                break;
            }
            found.add(member.name);
        }
        return found;
    }
}
