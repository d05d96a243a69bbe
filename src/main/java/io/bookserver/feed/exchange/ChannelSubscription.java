package io.bookserver.feed.exchange;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * One channel of one connection: the wanted markets, those that the exchange has confirmed, and the pending commands.
 * Only a few commands are pending at a time; one without an answer within 10 s is sent again. A missing acknowledgement
 * is inferred from data. A command that is rejected is sent again in halves: one of its markets may be the reason.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class ChannelSubscription {
    static final long ANSWER_WITHIN_MS = 10_000;
    static final int MAX_UNANSWERED = 3;
    private static final int MAX_UNDER_WAY = 4;
    private static final int LIMIT_EXCEEDED = 26;
    private static final int UNKNOWN_CHANNEL = 8;
    private static final int AUTHENTICATION_REQUIRED = 9;

    private static final class Pending {
        private final boolean deletes;
        private final Set<String> tickers;
        private final long sentMs;

        Pending(boolean deletes, Collection<String> tickers, long sentMs) {
            this.deletes = deletes;
            this.tickers = new LinkedHashSet<>(tickers);
            this.sentMs = sentMs;
        }
    }

    private final String channel;
    private final boolean ofAllMarkets;
    private final int marketsPerCommand;
    private final Set<String> wanted = new LinkedHashSet<>();
    private final Set<String> unsent = new LinkedHashSet<>();
    private final Set<String> confirmed = new HashSet<>();
    private final Set<String> unwanted = new LinkedHashSet<>();
    private final RejectedMarkets rejected = new RejectedMarkets();
    private final Map<Long, Pending> pending = new HashMap<>();
    private int mostInCommand;
    private long sid;
    private long notBeforeMs = Long.MIN_VALUE;
    private int unanswered;
    private boolean givenUp;
    /** Whether the exchange accepts no further market until one is deleted. */
    private boolean full;
    /** Whether the exchange has confirmed a subscription to all markets, with or without its id. */
    private boolean ofAllConfirmed;

    /** @param ofAllMarkets whether to subscribe to the channel without naming markets */
    ChannelSubscription(String channel, boolean ofAllMarkets, int marketsPerCommand) {
        this.channel = channel;
        this.ofAllMarkets = ofAllMarkets;
        this.marketsPerCommand = marketsPerCommand;
        this.mostInCommand = marketsPerCommand;
    }

    String channel() {
        return channel;
    }

    /** The subscription's id on this connection; 0 if unknown. */
    long sid() {
        return sid;
    }

    void want(String ticker) {
        if (!ofAllMarkets && wanted.add(ticker)) {
            unsent.add(ticker);
            unwanted.remove(ticker);
        }
    }

    void drop(String ticker) {
        rejected.remove(ticker);
        if (wanted.remove(ticker) && !unsent.remove(ticker)) {
            unwanted.add(ticker);
            confirmed.remove(ticker);
        }
    }

    /** Sends what may be sent now. {@code sent} is called with each command's text and the markets that it adds. */
    void pump(long nowMs, Commands commands, BiConsumer<String, Collection<String>> sent) {
        if (givenUp || nowMs < notBeforeMs) {
            return;
        }
        if (sid == 0) {
            if (!pending.isEmpty() || full || ofAllConfirmed) {
                return;
            }
            List<String> chunk = next(nowMs);
            if (ofAllMarkets || !chunk.isEmpty()) {
                sent.accept(commands.subscribe(channel, chunk), chunk);
                pending.put(commands.lastId(), new Pending(false, chunk, nowMs));
            }
            return;
        }
        while (pending.size() < MAX_UNDER_WAY && !unwanted.isEmpty()) {
            List<String> chunk = taken(unwanted);
            sent.accept(commands.deleteMarkets(sid, chunk), List.of());
            pending.put(commands.lastId(), new Pending(true, chunk, nowMs));
        }
        while (pending.size() < MAX_UNDER_WAY && !full) {
            List<String> chunk = next(nowMs);
            if (chunk.isEmpty()) {
                return;
            }
            sent.accept(commands.addMarkets(sid, chunk), chunk);
            pending.put(commands.lastId(), new Pending(false, chunk, nowMs));
        }
    }

    /** The markets of the next command that subscribes; none if there is nothing to subscribe to now. */
    private List<String> next(long nowMs) {
        return unsent.isEmpty() ? rejected.next(nowMs).map(List::of).orElse(List.of()) : taken(unsent);
    }

    private List<String> taken(Set<String> from) {
        List<String> chunk = new ArrayList<>(Math.min(from.size(), mostInCommand));
        Iterator<String> next = from.iterator();
        while (next.hasNext() && chunk.size() < mostInCommand) {
            chunk.add(next.next());
            next.remove();
        }
        return chunk;
    }

    /** Whether the command with that id is one of this channel and has no answer yet. */
    boolean awaits(long id) {
        return pending.containsKey(id);
    }

    /** Handles an acknowledgement; returns whether its command was one of this channel. */
    boolean acknowledged(long id, long itsSid) {
        Pending command = pending.remove(id);
        if (command == null) {
            return false;
        }
        learn(itsSid);
        ofAllConfirmed = ofAllMarkets;
        unanswered = 0;
        confirm(command);
        return true;
    }

    private void confirm(Pending command) {
        if (command.deletes) {
            full = false;
        } else {
            command.tickers.forEach(rejected::remove);
            command.tickers.stream().filter(wanted::contains).forEach(confirmed::add);
        }
    }

    /** To be called when data of this channel came with that sid. */
    void learn(long itsSid) {
        if (sid == 0 && itsSid > 0) {
            sid = itsSid;
            if (ofAllMarkets) {
                pending.clear();
            }
        }
    }

    /** To be called when a snapshot of that market came: it is subscribed to, even without an acknowledgement. */
    void arrived(String ticker) {
        if (wanted.contains(ticker) && confirmed.add(ticker)) {
            unsent.remove(ticker);
            rejected.remove(ticker);
            pending.values().removeIf(command -> !command.deletes && command.tickers.remove(ticker)
                    && command.tickers.isEmpty());
        }
    }

    /**
     * Handles the rejection of a command that {@link #awaits} an answer.
     *
     * @param backoff for the next command
     * @return whether it is news; it is not if it is that of one market once more
     */
    boolean refused(ExchangeMessage error, long nowMs, Backoff backoff) {
        Pending command = pending.remove(error.id());
        unanswered = 0;
        givenUp |= error.errorCode() == UNKNOWN_CHANNEL || error.errorCode() == AUTHENTICATION_REQUIRED;
        full |= error.errorCode() == LIMIT_EXCEEDED;
        boolean saysWhy = !error.isOverload() && !full;
        if (saysWhy && command.tickers.size() == 1) {
            return refusedAlone(command, nowMs);
        }
        if (saysWhy) {
            mostInCommand = Math.max(1, command.tickers.size() / 2);
        }
        retry(command);
        notBeforeMs = nowMs + backoff.nextMs();
        return true;
    }

    /** The reason is found, and only that market waits. One that cannot be deleted is not subscribed to. */
    private boolean refusedAlone(Pending command, long nowMs) {
        mostInCommand = marketsPerCommand;
        String ticker = command.tickers.iterator().next();
        return command.deletes || !wanted.contains(ticker) || rejected.add(ticker, nowMs);
    }

    /** Whether the exchange has rejected this channel for good, or for as long as no market is deleted. */
    boolean isGivenUp() {
        return givenUp || full;
    }

    private void retry(Pending command) {
        for (String ticker : command.tickers) {
            if (command.deletes != wanted.contains(ticker)) {
                (command.deletes ? unwanted : unsent).add(ticker);
            }
        }
    }

    /**
     * Sends unanswered commands again; returns whether just now so many were in a row that the exchange does not seem
     * to know the channel. A deletion says nothing about it.
     */
    boolean tick(long nowMs) {
        List<Long> late = new ArrayList<>();
        pending.forEach((id, command) -> {
            if (nowMs - command.sentMs >= ANSWER_WITHIN_MS) {
                late.add(id);
            }
        });
        boolean subscribes = late.stream().anyMatch(id -> !pending.get(id).deletes);
        late.forEach(id -> retry(pending.remove(id)));
        return subscribes && ++unanswered == MAX_UNANSWERED;
    }

    /**
     * To be called when the exchange has ended the subscription: all markets are subscribed to again, with another sid.
     */
    void ended(long retryMs) {
        reset();
        notBeforeMs = retryMs;
    }

    /** To be called for a new connection, which has no subscriptions. */
    void reset() {
        sid = 0;
        unanswered = 0;
        givenUp = false;
        full = false;
        ofAllConfirmed = false;
        notBeforeMs = Long.MIN_VALUE;
        mostInCommand = marketsPerCommand;
        pending.clear();
        rejected.clear();
        confirmed.clear();
        unwanted.clear();
        unsent.clear();
        unsent.addAll(wanted);
    }

    /** The wanted markets; a weakly consistent view. */
    Set<String> wanted() {
        return wanted;
    }

    boolean isConfirmed(String ticker) {
        return confirmed.contains(ticker);
    }

    int confirmedCount() {
        return confirmed.size();
    }
}
