package io.bookserver.checkpoint;

import io.bookserver.book.BookRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * What a partition of the checkpoint topic holds, as far as a writer must know it: of each market a mark, no more.
 *
 * <p><i>Not thread-safe; confined to the writer's thread.</i>
 */
final class WrittenPartition {
    /** In place of a market that cannot be read: whatever stands there now is to be written over. */
    private static final Long NOT_READABLE = null;

    private final Map<String, Long> marks;
    /** Of the marker: whose log, and from where. */
    private Optional<Uuid> topicId = Optional.empty();
    private long readFrom;

    /** Says who wrote last; a member that finds its own word in the group is still the last. */
    private String token = "";

    private WrittenPartition(Map<String, Long> marks) {
        this.marks = marks;
    }

    /** Tickers that are known are taken from the registry, which holds them anyway. */
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

    /** Where a reader of that topic would go on; 0 if it would not use what is written. */
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
