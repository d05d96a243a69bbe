package io.bookserver.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Fields written with Jackson's streaming API, in the factory's format: CBOR or Smile.
 *
 * <p><i>Not thread-safe.</i>
 */
final class JacksonFields {
    static final class Writer implements FieldWriter {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4_096);
        private final JsonGenerator out;

        Writer(JsonFactory factory) throws IOException {
            out = factory.createGenerator(bytes);
            out.writeStartArray();
        }

        @Override
        public void number(long value) {
            try {
                if ((int) value == value) {
                    out.writeNumber((int) value);
                } else {
                    out.writeNumber(value);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void text(String value) {
            try {
                out.writeString(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        byte[] finish() throws IOException {
            out.writeEndArray();
            out.close();
            return bytes.toByteArray();
        }
    }

    static final class Reader implements FieldReader {
        private final JsonParser in;
        /** Peeked and not consumed; null for none. */
        private JsonToken next;

        Reader(JsonFactory factory, byte[] bytes) throws IOException {
            in = factory.createParser(bytes);
            in.nextToken();
        }

        @Override
        public long number() throws IOException {
            if (take() != JsonToken.VALUE_NUMBER_INT) {
                throw new IOException("no number");
            }
            return in.getLongValue();
        }

        @Override
        public String text() throws IOException {
            take();
            return in.getText();
        }

        @Override
        public boolean isAtEnd() throws IOException {
            next = take();
            return next == JsonToken.END_ARRAY;
        }

        private JsonToken take() throws IOException {
            JsonToken taken = next == null ? in.nextToken() : next;
            next = null;
            return taken;
        }
    }

    private JacksonFields() {}
}
