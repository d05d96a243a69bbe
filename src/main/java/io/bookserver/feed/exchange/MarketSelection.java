package io.bookserver.feed.exchange;

import io.bookserver.kalshi.EnvelopeDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The selection of markets to follow: all but combinations, or named ones; and the REST queries that list them.
 *
 * <p><i>Immutable.</i>
 */
final class MarketSelection {
    static final int TICKERS_A_QUESTION = 100;
    private static final String OPEN = "open";
    private static final String SERIES = "series:";
    private static final String EVENT = "event:";
    private static final String COMBINATIONS = "KXMVE";
    private static final List<String> STATUSES = List.of("open", "unopened", "paused");
    private static final String PAGE = "limit=1000";

    private final boolean all;
    private final Set<String> tickers = new LinkedHashSet<>();
    private final Set<String> series = new LinkedHashSet<>();
    private final Set<String> events = new LinkedHashSet<>();

    /** @throws IllegalArgumentException if the words are no valid selection */
    MarketSelection(List<String> words) {
        for (String word : words) {
            String text = word.strip();
            if (text.startsWith(SERIES)) {
                series.add(named(text, SERIES));
            } else if (text.startsWith(EVENT)) {
                events.add(named(text, EVENT));
            } else if (!text.isEmpty() && !text.equals(OPEN)) {
                tickers.add(named(text, ""));
            }
        }
        all = words.stream().anyMatch(word -> word.strip().equals(OPEN));
        if (!all && tickers.isEmpty() && series.isEmpty() && events.isEmpty()) {
            throw new IllegalArgumentException("orderbook.feed.exchange.markets must be open, or tickers, series:KX... and"
                    + " event:KX... separated by commas: " + words);
        }
    }

    private static String named(String text, String prefix) {
        String name = text.substring(prefix.length());
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException(
                    "orderbook.feed.exchange.markets: not a valid ticker, series or event: " + text);
        }
        return name;
    }

    /** Whether it includes markets that are not named. */
    boolean isOfAll() {
        return all;
    }

    /** Whether it includes that market, or event; never what is no ticker, which would spoil the commands that name it. */
    boolean includes(String ticker) {
        if (!EnvelopeDecoder.isTicker(ticker)) {
            return false;
        }
        if (all) {
            return !ticker.startsWith(COMBINATIONS);
        }
        return tickers.contains(ticker)
                || series.stream().anyMatch(name -> ticker.startsWith(name + "-"))
                || events.stream().anyMatch(name -> ticker.equals(name) || ticker.startsWith(name + "-"));
    }

    /** The query strings of one pass through the list, each to be sent page by page. */
    List<String> questions() {
        List<String> questions = new ArrayList<>();
        if (all) {
            STATUSES.forEach(status -> questions.add(PAGE + "&status=" + status + "&mve_filter=exclude"));
            return questions;
        }
        for (String name : series) {
            STATUSES.forEach(status -> questions.add(PAGE + "&status=" + status + "&series_ticker=" + name));
        }
        for (String name : events) {
            STATUSES.forEach(status -> questions.add(PAGE + "&status=" + status + "&event_ticker=" + name));
        }
        questions.addAll(lookUps(tickers));
        return questions;
    }

    /** The query strings that list only these markets, whatever their status. */
    static List<String> lookUps(Iterable<String> tickers) {
        List<String> questions = new ArrayList<>();
        List<String> chunk = new ArrayList<>();
        for (String ticker : tickers) {
            chunk.add(URLEncoder.encode(ticker, StandardCharsets.UTF_8));
            if (chunk.size() == TICKERS_A_QUESTION) {
                questions.add(PAGE + "&tickers=" + String.join(",", chunk));
                chunk.clear();
            }
        }
        if (!chunk.isEmpty()) {
            questions.add(PAGE + "&tickers=" + String.join(",", chunk));
        }
        return questions;
    }
}
