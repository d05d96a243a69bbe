package io.bookserver.feed;

/** Something that publishes to Kafka on the thread that runs it, until it is done or that thread is interrupted. */
public interface Feed {
    void run() throws InterruptedException;
}
