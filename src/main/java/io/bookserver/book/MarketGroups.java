package io.bookserver.book;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Which markets belong to which event and series, as far as records have told it: each question costs what it is
 * answered with.
 *
 * <p><i>Thread-safe: readers and writers take no lock. A market that comes or goes meanwhile may be listed or not.</i>
 */
public final class MarketGroups {
    /** One member of a group; groups in their order, members in theirs. */
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
     * Tickers of an event's markets, in their order.
     *
     * @param afterTicker start behind this one; empty for the beginning
     * @param limit how many at most
     */
    public List<String> marketsOfEvent(String eventTicker, String afterTicker, int limit) {
        return members(marketsOfEvents, eventTicker, afterTicker, limit);
    }

    /** The same of a series. */
    public List<String> marketsOfSeries(String seriesTicker, String afterTicker, int limit) {
        return members(marketsOfSeries, seriesTicker, afterTicker, limit);
    }

    /** The tickers of a series' events that have a market, in their order. */
    public List<String> eventsOfSeries(String seriesTicker, String afterEvent, int limit) {
        return members(eventsOfSeries, seriesTicker, afterEvent, limit);
    }

    /** The tickers of all events that have a market, in their order. */
    public List<String> events(String afterEvent, int limit) {
        List<String> found = new ArrayList<>();
        Member next = marketsOfEvents.higher(new Member(afterEvent, "\uffff"));
        while (next != null && found.size() < limit) {
            found.add(next.group);
            next = marketsOfEvents.higher(new Member(next.group, "\uffff"));
        }
        return found;
    }

    /** The same details, whose tickers are the very texts that other markets of the event and series have. */
    MarketDetails sharing(MarketDetails details) {
        return details.named(known(marketsOfEvents, details.eventTicker()), known(eventsOfSeries, details.seriesTicker()));
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
                // another market of it came meanwhile
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
