package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * The questions for tops of book that one event loop was asked last, each known by the very bytes that asked it: who
 * polls sends the same ones every time. Beyond a number of bytes the one that was not asked for longest is forgotten.
 *
 * <p><i>Not thread-safe; confined to one event loop.</i>
 */
final class StandingQuestions {
    /** Where a question's bytes come from, since the same ones may mean another thing there. */
    enum Source {
        BODY,
        QUERY_STRING,
        /** No tickers: every market. */
        NONE
    }

    private static final class Request {
        private final Source source;
        private final byte[] bytes;
        private final int hash;

        Request(Source source, byte[] bytes) {
            this.source = source;
            this.bytes = bytes;
            // a good hash that the processor computes: of 30 kB in 2 us, where Arrays.hashCode takes ten times as long
            CRC32C sum = new CRC32C();
            sum.update(bytes);
            this.hash = (int) sum.getValue() + source.ordinal();
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Request && source == ((Request) other).source
                    && Arrays.equals(bytes, ((Request) other).bytes);
        }
    }

    private final BookRegistry registry;
    private final long maxBytes;
    /** By when they were last asked. */
    private final Map<Request, StandingQuestion> known = new LinkedHashMap<>(64, 0.75f, true);
    private long retainedBytes;

    /** @param maxBytes how much may be remembered; 0 for nothing */
    StandingQuestions(BookRegistry registry, long maxBytes) {
        this.registry = registry;
        this.maxBytes = maxBytes;
    }

    /**
     * The answer at this moment.
     *
     * @param bytes of the question, which must not be written into any more
     * @param reader what the bytes ask for; called, and may refuse, only where they are not known
     */
    Buffer answer(Source source, byte[] bytes, Supplier<StandingQuestion> reader) {
        Request request = new Request(source, bytes);
        StandingQuestion question = known.get(request);
        if (question == null || question.isOutdated(registry)) {
            forget(request);
            question = reader.get();
            known.put(request, question);
            retainedBytes += bytes.length;
        } else {
            retainedBytes -= question.retainedBytes();
        }
        Buffer answer = question.answer(registry::nowMs);
        retainedBytes += question.retainedBytes();
        makeRoom();
        return answer;
    }

    int size() {
        return known.size();
    }

    long retainedBytes() {
        return retainedBytes;
    }

    private void forget(Request request) {
        StandingQuestion forgotten = known.remove(request);
        if (forgotten != null) {
            retainedBytes -= forgotten.retainedBytes() + request.bytes.length;
        }
    }

    private void makeRoom() {
        Iterator<Map.Entry<Request, StandingQuestion>> oldest = known.entrySet().iterator();
        while (retainedBytes > maxBytes && oldest.hasNext()) {
            Map.Entry<Request, StandingQuestion> forgotten = oldest.next();
            retainedBytes -= forgotten.getValue().retainedBytes() + forgotten.getKey().bytes.length;
            oldest.remove();
        }
    }
}
