create index notify_message_record on notify_message (record);
