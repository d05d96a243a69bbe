package io.bookserver.feed.simulator;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The names of a market and of its game, in the exchange's style: {@code KXMLBGAME-26NOV231840NYPIT-NY} belongs to the
 * event {@code KXMLBGAME-26NOV231840NYPIT}. The two markets of a game share an event.
 *
 * <p><i>Immutable.</i>
 */
record MarketNames(String ticker, String eventTicker, String title) {
    private static final String[] SERIES = {
        "KXMLBGAME", "KXNBAGAME", "KXNHLGAME", "KXNFLGAME", "KXWNBAGAME", "KXMLSGAME", "KXKBOGAME", "KXNPBGAME",
        "KXAFLGAME", "KXNWSLGAME", "KXLIGAMXGAME"
    };
    private static final String[] TEAMS = {
        "ATL", "BAL", "BOS", "CHI", "CIN", "CLE", "DAL", "DEN", "DET", "HOU", "IND", "KC", "LA", "MEM", "MIA", "MIL",
        "MIN", "NY", "OKC", "ORL", "PHI", "PHX", "PIT", "POR", "SAC", "SEA", "STL", "TB", "TOR", "WAS"
    };
    private static final int OPPONENTS = TEAMS.length - 1;
    private static final int PAIRS = TEAMS.length * OPPONENTS;
    /** Coprime to the number of pairs, so that stepping by it visits them all. */
    private static final int PAIR_STRIDE = 337;

    private static final int MINUTES_A_DAY = 24 * 60;
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyMMMdd", Locale.ENGLISH);

    /**
     * After this many markets the names repeat, and are then different only if the closing times are on another day.
     */
    static final long DIFFERENT = 2L * PAIRS * SERIES.length * MINUTES_A_DAY;

    /** The names of the n-th market, from 0. */
    static MarketNames of(long serial, long closeMs) {
        long event = serial / 2;
        int pair = (int) (event % PAIRS * PAIR_STRIDE % PAIRS);
        int homeIndex = pair / OPPONENTS;
        int awayIndex = pair % OPPONENTS;
        String home = TEAMS[homeIndex];
        String away = TEAMS[awayIndex < homeIndex ? awayIndex : awayIndex + 1];
        long round = event / PAIRS;
        String series = SERIES[(int) ((event + round) % SERIES.length)];
        long minute = (event * 5 + round / SERIES.length) % MINUTES_A_DAY;
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(closeMs), ZoneOffset.UTC);
        String eventTicker = series + "-" + DAY.format(day).toUpperCase(Locale.ENGLISH)
                + String.format(Locale.ENGLISH, "%02d%02d", minute / 60, minute % 60) + away + home;
        String winner = serial % 2 == 0 ? away : home;
        return new MarketNames(eventTicker + "-" + winner, eventTicker, away + " at " + home + " winner?");
    }
}
