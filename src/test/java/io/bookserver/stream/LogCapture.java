package io.bookserver.stream;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Captures log lines at WARN and above, except the broker's own. <i>Thread-safe.</i> */
final class LogCapture extends Handler implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger root = Logger.getLogger("");

    LogCapture() {
        setLevel(Level.WARNING);
        root.addHandler(this);
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord record) {
        boolean loud = record.getLevel().intValue() >= Level.WARNING.intValue();
        if (loud && !String.valueOf(record.getLoggerName()).contains("kafka")) {
            lines.add(record.getLevel() + " " + record.getLoggerName() + " " + record.getMessage() + " "
                    + record.getThrown());
        }
    }

    @Override
    public void flush() {
        // nothing is buffered
    }

    @Override
    public void close() {
        root.removeHandler(this);
    }
}
