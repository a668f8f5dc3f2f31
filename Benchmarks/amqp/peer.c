/* What rabbitmq-c costs: peer URL publish|consume|latency --messages N --window W --size S
 * The same command line and the same line of JSON as amqp-bench and peer.py; see Benchmarks/run-amqp. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>

static amqp_connection_state_t connection;

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list words;
    va_start(words, format);
    vfprintf(stderr, format, words);
    va_end(words);
    fputc('\n', stderr);
    exit(1);
}

static void check(const char *what) {
    amqp_rpc_reply_t reply = amqp_get_rpc_reply(connection);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) fail("%s failed: type %d", what, reply.reply_type);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int by_size(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static void publish(const char *queue, const void *body, size_t size) {
    amqp_basic_properties_t properties;
    memset(&properties, 0, sizeof properties);
    properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
    properties.delivery_mode = 1;
    int status = amqp_basic_publish(connection, 1, amqp_empty_bytes, amqp_cstring_bytes(queue), 0, 0, &properties,
                                    (amqp_bytes_t){.len = size, .bytes = (void *)body});
    if (status != AMQP_STATUS_OK) fail("publish: %s", amqp_error_string2(status));
}

/* The highest delivery tag that is confirmed now. */
static uint64_t confirmed(void) {
    amqp_frame_t frame;
    for (;;) {
        int status = amqp_simple_wait_frame(connection, &frame);
        if (status != AMQP_STATUS_OK) fail("waiting for a confirm: %s", amqp_error_string2(status));
        if (frame.frame_type != AMQP_FRAME_METHOD) continue;
        if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD)
            return ((amqp_basic_ack_t *)frame.payload.method.decoded)->delivery_tag;
        fail("the broker said %s", amqp_method_name(frame.payload.method.id));
    }
}

/* `count` messages, never more than `window` of them without a confirm. */
static void publish_all(const char *queue, long count, long window, size_t size) {
    char *body = calloc(1, size + 1);
    /* RabbitMQ confirms in order of the tags here: one queue, transient messages. */
    uint64_t sent = 0, done = 0;
    while (done < (uint64_t)count) {
        while (sent < (uint64_t)count && sent - done < (uint64_t)window) {
            publish(queue, body, size);
            sent++;
        }
        uint64_t tag = confirmed();
        if (tag > done) done = tag;
        if (!amqp_frames_enqueued(connection) && !amqp_data_in_buffer(connection))
            amqp_maybe_release_buffers(connection);
    }
    free(body);
}

static amqp_envelope_t deliver(void) {
    amqp_envelope_t envelope;
    amqp_maybe_release_buffers(connection);
    amqp_rpc_reply_t reply = amqp_consume_message(connection, &envelope, NULL, 0);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) fail("consume failed: %s", amqp_error_string2(reply.library_error));
    return envelope;
}

static void consume(const char *queue, long prefetch) {
    amqp_basic_qos(connection, 1, 0, (uint16_t)prefetch, 0);
    check("basic.qos");
    amqp_basic_consume(connection, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check("basic.consume");
}

int main(int count, char **words) {
    if (count < 3) fail("usage: peer URL publish|consume|latency --messages N --window W --size S");
    const char *what = words[2];
    long messages = 10000, window = 500, size = 256;
    for (int index = 3; index + 1 < count; index += 2) {
        long value = atol(words[index + 1]);
        if (strcmp(words[index], "--messages") == 0) messages = value;
        else if (strcmp(words[index], "--window") == 0) window = value;
        else if (strcmp(words[index], "--size") == 0) size = value;
        else fail("%s is no option", words[index]);
    }
    if (messages < 1 || window < 1 || size < 8) fail("--messages and --window are at least 1, --size 8");

    struct amqp_connection_info info;
    char *url = strdup(words[1]);
    if (amqp_parse_url(url, &info) != AMQP_STATUS_OK) fail("%s is no AMQP URL", words[1]);
    connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (socket == NULL || amqp_socket_open(socket, info.host, info.port) != 0) fail("nobody listens at %s", words[1]);
    if (amqp_login(connection, info.vhost, 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, info.user, info.password).reply_type !=
        AMQP_RESPONSE_NORMAL)
        fail("the broker refused the login");
    amqp_channel_open(connection, 1);
    check("channel.open");
    /* Of latency, confirms would be measured, too. */
    if (strcmp(what, "latency") != 0) {
        amqp_confirm_select(connection, 1);
        check("confirm.select");
    }
    char queue[64];
    snprintf(queue, sizeof queue, "bench-c-%ld", (long)(now() * 1e6));
    amqp_queue_declare(connection, 1, amqp_cstring_bytes(queue), 0, 0, 1, 0, amqp_empty_table);
    check("queue.declare");

    double *times = calloc((size_t)messages, sizeof *times);
    if (times == NULL) fail("no memory for %ld times", messages);
    double began = now(), used = cpu();
    if (strcmp(what, "publish") == 0) {
        publish_all(queue, messages, window, (size_t)size);
    } else if (strcmp(what, "consume") == 0) {
        publish_all(queue, messages, 500, (size_t)size);
        began = now();
        used = cpu();
        consume(queue, window);
        for (long index = 0; index < messages; index++) {
            amqp_envelope_t envelope = deliver();
            amqp_basic_ack(connection, 1, envelope.delivery_tag, 0);
            amqp_destroy_envelope(&envelope);
        }
    } else if (strcmp(what, "latency") == 0) {
        char *body = calloc(1, (size_t)size);
        consume(queue, 1);
        began = now();
        used = cpu();
        for (long index = 0; index < messages; index++) {
            double sent = now();
            publish(queue, body, (size_t)size);
            amqp_envelope_t envelope = deliver();
            times[index] = now() - sent;
            amqp_basic_ack(connection, 1, envelope.delivery_tag, 0);
            amqp_destroy_envelope(&envelope);
        }
    } else {
        fail("%s is neither publish nor consume nor latency", what);
    }
    double took = now() - began;
    used = cpu() - used;
    printf("{\"client\": \"rabbitmq-c\", \"what\": \"%s\", \"messages\": %ld, \"window\": %ld, \"size\": %ld, "
           "\"seconds\": %.6f, \"cpu_us\": %.3f",
           what, messages, window, size, took, used * 1e6 / (double)messages);
    if (strcmp(what, "latency") == 0) {
        qsort(times, (size_t)messages, sizeof *times, by_size);
        printf(", \"p50_us\": %.1f, \"p99_us\": %.1f", times[messages / 2] * 1e6, times[messages * 99 / 100] * 1e6);
    }
    printf("}\n");
    fflush(stdout);
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    return 0;
}
