package io.bookserver.feed.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookserver.feed.FeedClock;
import io.bookserver.feed.exchange.RestReader.MarketPage;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Repeatedly reads REST's list of markets, page by page. The first pass is repeated at once, since markets move between
 * pages meanwhile. Later passes follow after the interval, or when lifecycle messages may have been missed. Followed
 * markets that a pass does not list are requested by ticker.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class Discovery {
    private static final Logger LOG = Logger.getLogger(Discovery.class);
    /** Markets listed within this time before the end of a pass may have moved between its pages. */
    private static final long OVERLAP_MS = 1_000;
    /** A page that fails this often is skipped; the pass then counts as incomplete. */
    private static final int MAX_FAILURES_OF_A_PAGE = 8;

    private final FeedClock clock;
    private final MarketSelection selection;
    private final MarketCatalog catalog;
    private final Rest rest;
    private final RestBudget budget;
    private final ConnectorFigures figures;
    private final long intervalMs;

    private final Deque<String> questions = new ArrayDeque<>();
    private final Set<String> cursors = new HashSet<>();
    private String cursor = "";
    private boolean asking;
    private boolean walking;
    private boolean complete;
    private boolean looksUp;
    private boolean again = true;
    private int failures;
    private int walks;
    private long walkBeganEpochMs;
    private long nextWalkMs = Long.MIN_VALUE;

    Discovery(FeedClock clock, Duration interval, MarketSelection selection, MarketCatalog catalog, Rest rest,
            RestBudget budget, ConnectorFigures figures) {
        this.clock = clock;
        this.intervalMs = interval.toMillis();
        this.selection = selection;
        this.catalog = catalog;
        this.rest = rest;
        this.budget = budget;
        this.figures = figures;
    }

    /** Lets the next pass begin soon: lifecycle messages may have been missed. */
    void soon() {
        again = true;
        nextWalkMs = Math.min(nextWalkMs, nowMs() + OVERLAP_MS);
    }

    void tick() {
        if (asking) {
            return;
        }
        if (!walking) {
            if (nowMs() < nextWalkMs) {
                return;
            }
            begin();
        }
        if (questions.isEmpty()) {
            end();
        } else if (budget.take(nowMs())) {
            ask();
        }
    }

    private void begin() {
        walking = true;
        complete = true;
        looksUp = false;
        walkBeganEpochMs = clock.epochMs();
        questions.addAll(selection.questions());
        again = walks == 0;
        startQuestion();
    }

    private void startQuestion() {
        cursor = "";
        cursors.clear();
        failures = 0;
    }

    private void ask() {
        asking = true;
        long askedMs = clock.epochMs();
        String query = questions.peek() + (cursor.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(cursor, UTF_8));
        rest.markets(query, answer -> {
            asking = false;
            budget.answered(answer, nowMs());
            answer.body().ifPresentOrElse(page -> take(page, askedMs), this::fail);
        });
    }

    private void take(MarketPage page, long askedMs) {
        failures = 0;
        figures.listingFaults.add(page.faults());
        page.markets().forEach(market -> catalog.listed(market, askedMs, clock.epochMs()));
        if (page.cursor().isEmpty()) {
            nextQuestion();
        } else if (!cursors.add(page.cursor())) {
            LOG.warnf("feed=exchange discovery=\"the cursor leads back to an earlier page\" question=%s",
                    questions.peek());
            figures.listingFaults.increment();
            complete = false;
            nextQuestion();
        } else {
            cursor = page.cursor();
        }
    }

    private void nextQuestion() {
        questions.poll();
        startQuestion();
    }

    private void fail() {
        failures++;
        if (failures >= MAX_FAILURES_OF_A_PAGE) {
            complete = false;
            nextQuestion();
        }
    }

    private void end() {
        if (complete && !looksUp) {
            looksUp = true;
            questions.addAll(MarketSelection.lookUps(catalog.unlistedSince(walkBeganEpochMs)));
            startQuestion();
            if (!questions.isEmpty()) {
                return;
            }
        }
        walking = false;
        walks++;
        nextWalkMs = nowMs() + (again || !complete ? OVERLAP_MS : intervalMs);
        LOG.infof("feed=exchange discovery=walked complete=%s known=%d followed=%d took=%s", complete, catalog.knownCount(),
                catalog.followedCount(), Duration.ofMillis(clock.epochMs() - walkBeganEpochMs));
    }

    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
    }
}
