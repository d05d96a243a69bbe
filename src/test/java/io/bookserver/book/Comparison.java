package io.bookserver.book;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Compares the server's books with the reference's, and finds the shortest sequence of records that shows a difference.
 *
 * <p><i>Immutable.</i>
 */
final class Comparison {
    private Comparison() {
    }

    /** How a market's book differs from the reference; empty if it does not. */
    static String difference(MarketSnapshot market, ReferenceBook reference) {
        BookSnapshot book = market.book();
        StringBuilder found = new StringBuilder();
        compare(found, "state", book.state(), reference.state());
        compare(found, "yes", ServedBooks.resting(book.yes()), reference.ladder(Side.YES));
        compare(found, "no", ServedBooks.resting(book.no()), reference.ladder(Side.NO));
        compare(found, "version", market.version(), reference.version());
        return found.toString();
    }

    private static void compare(StringBuilder found, String name, Object served, Object expected) {
        if (!served.equals(expected)) {
            found.append(' ').append(name).append(": served=").append(served).append(" expected=").append(expected);
        }
    }

    /** A message for a failed comparison: the records of the market, without those that do not matter. */
    static String report(List<TopicRecord> log, String ticker) {
        List<TopicRecord> records = new ArrayList<>(log);
        records.removeIf(record -> !record.message().isGap() && !record.message().ticker().equals(ticker));
        for (int removed = -1; removed != 0; ) {
            removed = 0;
            for (int i = records.size() - 1; i >= 0; i--) {
                TopicRecord without = records.remove(i);
                if (replayed(records, ticker).isEmpty()) {
                    records.add(i, without);
                } else {
                    removed++;
                }
            }
        }
        StringBuilder text = new StringBuilder("the server's book differs:").append(replayed(records, ticker));
        records.forEach(record -> text.append("\n  ").append(told(record)));
        return text.toString();
    }

    private static String replayed(List<TopicRecord> records, String ticker) {
        ServedBooks served = new ServedBooks(System::currentTimeMillis);
        ReferenceBook reference = new ReferenceBook();
        for (TopicRecord record : records) {
            served.read(record);
            if (record.message().isGap()) {
                served.registry().applyLosses();
                reference.gap(record);
            } else {
                reference.apply(record);
            }
            String difference = difference(served.market(ticker), reference);
            if (!difference.isEmpty()) {
                return difference;
            }
        }
        return "";
    }

    /** A record in the notation of {@link RecordIdentityTest}, and its content. */
    static String told(TopicRecord record) {
        ProxyMessage message = record.message();
        StringBuilder text = new StringBuilder().append(message.kind() == ProxyMessage.Kind.SNAPSHOT ? "S"
                : message.kind() == ProxyMessage.Kind.DELTA ? "D" : message.kind().toString());
        message.connection().ifPresent(value -> text.append(" c").append(value));
        message.sid().ifPresent(value -> text.append(' ').append(value).append(':'));
        message.seq().ifPresent(text::append);
        message.receivedMs().ifPresent(value -> text.append(" @").append(value));
        text.append(" k").append(record.kafkaMs()).append(" offset=").append(record.partition()).append('/')
                .append(record.offset()).append(' ');
        if (message.kind() == ProxyMessage.Kind.SNAPSHOT) {
            text.append(new TreeMap<>(message.yes())).append(new TreeMap<>(message.no()));
        } else {
            text.append(message.side()).append(' ').append(message.priceTicks()).append(" by ")
                    .append(message.deltaHundredths());
        }
        return text.toString();
    }
}
