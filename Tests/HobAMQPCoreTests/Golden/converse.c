/* What rabbitmq-c says to a broker, for the golden files: converse PORT FRAME_MAX. Run by ./record. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>

static amqp_connection_state_t connection;

static void check(const char *what) {
    amqp_rpc_reply_t reply = amqp_get_rpc_reply(connection);
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    fprintf(stderr, "%s failed: type %d, %s\n", what, reply.reply_type, amqp_error_string2(reply.library_error));
    exit(1);
}

static amqp_bytes_t text(const char *words) { return amqp_cstring_bytes(words); }

static void put(amqp_table_entry_t *entry, const char *key, uint8_t kind) {
    memset(entry, 0, sizeof *entry);
    entry->key = text(key);
    entry->value.kind = kind;
}

/* One entry of each type that AMQP 0-9-1 and RabbitMQ know. */
static amqp_table_t everything(void) {
    static amqp_table_entry_t entries[18], inner[1];
    static amqp_field_value_t list[2];
    int count = 0;
    put(&entries[count], "t", AMQP_FIELD_KIND_BOOLEAN);
    entries[count++].value.value.boolean = 1;
    put(&entries[count], "b", AMQP_FIELD_KIND_I8);
    entries[count++].value.value.i8 = -8;
    put(&entries[count], "B", AMQP_FIELD_KIND_U8);
    entries[count++].value.value.u8 = 200;
    put(&entries[count], "s", AMQP_FIELD_KIND_I16);
    entries[count++].value.value.i16 = -1600;
    put(&entries[count], "u", AMQP_FIELD_KIND_U16);
    entries[count++].value.value.u16 = 60000;
    put(&entries[count], "I", AMQP_FIELD_KIND_I32);
    entries[count++].value.value.i32 = -320000;
    put(&entries[count], "i", AMQP_FIELD_KIND_U32);
    entries[count++].value.value.u32 = 4000000000u;
    put(&entries[count], "l", AMQP_FIELD_KIND_I64);
    entries[count++].value.value.i64 = INT64_MIN;
    put(&entries[count], "f", AMQP_FIELD_KIND_F32);
    entries[count++].value.value.f32 = 1.5f;
    put(&entries[count], "d", AMQP_FIELD_KIND_F64);
    entries[count++].value.value.f64 = -2.25;
    put(&entries[count], "D", AMQP_FIELD_KIND_DECIMAL);
    entries[count].value.value.decimal.decimals = 2;
    entries[count++].value.value.decimal.value = 314;
    put(&entries[count], "S", AMQP_FIELD_KIND_UTF8);
    entries[count++].value.value.bytes = text("text");
    put(&entries[count], "x", AMQP_FIELD_KIND_BYTES);
    entries[count++].value.value.bytes = (amqp_bytes_t){.len = 3, .bytes = "\0\xff\x01"};
    put(&entries[count], "T", AMQP_FIELD_KIND_TIMESTAMP);
    entries[count++].value.value.u64 = 1700000000;
    put(&entries[count], "V", AMQP_FIELD_KIND_VOID);
    count++;
    put(&inner[0], "inner", AMQP_FIELD_KIND_I32);
    inner[0].value.value.i32 = 1;
    put(&entries[count], "F", AMQP_FIELD_KIND_TABLE);
    entries[count++].value.value.table = (amqp_table_t){.num_entries = 1, .entries = inner};
    list[0].kind = AMQP_FIELD_KIND_I32;
    list[0].value.i32 = 2;
    list[1].kind = AMQP_FIELD_KIND_UTF8;
    list[1].value.bytes = text("three");
    put(&entries[count], "A", AMQP_FIELD_KIND_ARRAY);
    entries[count++].value.value.array = (amqp_array_t){.num_entries = 2, .entries = list};
    return (amqp_table_t){.num_entries = count, .entries = entries};
}

static void publish(const char *queue, int mandatory, amqp_basic_properties_t *properties, size_t size) {
    char *body = malloc(size + 1);
    for (size_t index = 0; index < size; index++) body[index] = (char)(index % 251);
    if (amqp_basic_publish(connection, 1, amqp_empty_bytes, text(queue), mandatory, 0, properties,
                           (amqp_bytes_t){.len = size, .bytes = body}) != AMQP_STATUS_OK) {
        fprintf(stderr, "a publish failed\n");
        exit(1);
    }
    free(body);
    /* The confirm, and before it perhaps the message itself. */
    for (;;) {
        amqp_frame_t frame;
        if (amqp_simple_wait_frame(connection, &frame) != AMQP_STATUS_OK) exit(1);
        if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_ACK_METHOD) break;
    }
    amqp_maybe_release_buffers(connection);
}

int main(int count, char **words) {
    if (count != 3) return 64;
    int frame_max = atoi(words[2]);
    connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (socket == NULL || amqp_socket_open(socket, "127.0.0.1", atoi(words[1])) != 0) {
        fprintf(stderr, "nobody listens on port %s\n", words[1]);
        return 1;
    }
    amqp_rpc_reply_t reply = amqp_login(connection, "/", 10, frame_max, 60, AMQP_SASL_METHOD_PLAIN, "guest", "guest");
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) return 1;
    amqp_channel_open(connection, 1);
    check("channel.open");
    amqp_exchange_declare(connection, 1, text("golden.c"), text("headers"), 0, 1, 0, 0, everything());
    check("exchange.declare");
    amqp_queue_declare_ok_t *queue =
        amqp_queue_declare(connection, 1, amqp_empty_bytes, 0, 0, 1, 0, everything());
    check("queue.declare");
    amqp_bytes_t own = amqp_bytes_malloc_dup(queue->queue);
    char name[256] = "";
    memcpy(name, own.bytes, own.len < sizeof name ? own.len : sizeof name - 1);
    amqp_queue_bind(connection, 1, own, text("golden.c"), text(""), everything());
    check("queue.bind");
    amqp_queue_unbind(connection, 1, own, text("golden.c"), text(""), everything());
    check("queue.unbind");
    amqp_confirm_select(connection, 1);
    check("confirm.select");

    amqp_basic_properties_t properties;
    memset(&properties, 0, sizeof properties);
    publish(name, 0, &properties, 0);
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG | AMQP_BASIC_HEADERS_FLAG |
                        AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_PRIORITY_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG |
                        AMQP_BASIC_REPLY_TO_FLAG | AMQP_BASIC_EXPIRATION_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
                        AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_USER_ID_FLAG |
                        AMQP_BASIC_APP_ID_FLAG | AMQP_BASIC_CLUSTER_ID_FLAG;
    properties.content_type = text("application/octet-stream");
    properties.content_encoding = text("identity");
    properties.headers = everything();
    properties.delivery_mode = 1;
    properties.priority = 9;
    properties.correlation_id = text("c");
    properties.reply_to = text("r");
    properties.expiration = text("100000");
    properties.message_id = text("m");
    properties.timestamp = 1700000000;
    properties.type = text("t");
    properties.user_id = text("guest");
    properties.app_id = text("a");
    properties.cluster_id = text("k");
    publish(name, 1, &properties, 5);
    for (int size = frame_max - 9; size <= frame_max - 7; size++) publish(name, 0, NULL, (size_t)size);
    publish("golden.nowhere", 1, &properties, 3);

    amqp_basic_qos(connection, 1, 0, 2, 0);
    check("basic.qos");
    amqp_basic_consume(connection, 1, own, text("golden-c"), 0, 0, 0, amqp_empty_table);
    check("basic.consume");
    for (int index = 0; index < 3; index++) {
        amqp_envelope_t envelope;
        struct timeval patience = {30, 0};
        if (amqp_consume_message(connection, &envelope, &patience, 0).reply_type != AMQP_RESPONSE_NORMAL) return 1;
        if (index == 1) amqp_basic_nack(connection, 1, envelope.delivery_tag, 0, 0);
        else amqp_basic_ack(connection, 1, envelope.delivery_tag, index == 2);
        amqp_destroy_envelope(&envelope);
    }
    amqp_basic_cancel(connection, 1, text("golden-c"));
    check("basic.cancel");
    amqp_queue_purge(connection, 1, own);
    check("queue.purge");
    amqp_basic_get(connection, 1, own, 0);
    amqp_queue_delete(connection, 1, own, 0, 0);
    check("queue.delete");
    amqp_exchange_delete(connection, 1, text("golden.c"), 1);
    check("exchange.delete");
    amqp_channel_close(connection, 1, AMQP_REPLY_SUCCESS);
    amqp_channel_open(connection, 2);
    check("channel.open");
    /* 404 closes the channel; the program answers close-ok and the connection lives. */
    amqp_queue_declare(connection, 2, text("golden.none"), 1, 0, 0, 0, amqp_empty_table);
    reply = amqp_get_rpc_reply(connection);
    if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION) return 1;
    amqp_channel_close_ok_t ok = {0};
    amqp_send_method(connection, 2, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
    amqp_bytes_free(own);
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
    return 0;
}
