package io.bookserver.checkpoint;

import io.bookserver.book.BookRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * The content of a partition of the checkpoint topic, as far as a writer needs it: one mark per market.
 *
 * <p><i>Not thread-safe; confined to the writer's thread.</i>
 */
final class WrittenPartition {
    /** The mark of an unreadable record, which is to be overwritten. */
    private static final Long NOT_READABLE = null;

    private final Map<String, Long> marks;
    /** From the marker: which log, and from where. */
    private Optional<Uuid> topicId = Optional.empty();
    private long readFrom;

    /** Identifies the last writer. A member that finds its own token in the group's offset is still the last. */
    private String token = "";

    private WrittenPartition(Map<String, Long> marks) {
        this.marks = marks;
    }

    /** Known tickers are taken from the registry, so that they are not held twice. */
    static WrittenPartition of(PartitionContent content, BookRegistry registry) {
        Map<String, Long> marks = new HashMap<>();
        content.tickers().forEach(ticker -> marks.put(known(ticker, registry), NOT_READABLE));
        content.markets().forEach(market -> marks.replace(market.state().ticker(), market.state().mark()));
        WrittenPartition written = new WrittenPartition(marks);
        content.marker().ifPresent(marker -> written.markedAt(marker.topicId(), marker.readFrom()));
        return written;
    }

    private static String known(String ticker, BookRegistry registry) {
        return registry.market(ticker).map(market -> market.current().ticker()).orElse(ticker);
    }

    boolean contains(String ticker) {
        return marks.containsKey(ticker);
    }

    boolean isWritten(String ticker, long mark) {
        Long written = marks.get(ticker);
        return written != null && written == mark;
    }

    void wrote(String ticker, long mark) {
        marks.put(ticker, mark);
    }

    void removed(String ticker) {
        marks.remove(ticker);
    }

    Iterable<String> tickers() {
        return marks.keySet();
    }

    int size() {
        return marks.size();
    }

    void markedAt(Uuid ofTopic, long from) {
        topicId = Optional.of(ofTopic);
        readFrom = from;
    }

    void notMarked() {
        topicId = Optional.empty();
    }

    /** Where a reader of that topic would continue; 0 if it would not use this content. */
    long readFrom(Uuid ofTopic) {
        return topicId.filter(ofTopic::equals).isPresent() ? readFrom : 0;
    }

    String token() {
        return token;
    }

    void token(String last) {
        token = last;
    }
}
