alter table delivery_export add column recalled INT64;
