alter table delivery_export add column lease BYTES;
alter table delivery_export add column records INT64;
alter table delivery_export add column approval BYTES;
alter table delivery_export add column handed INT64;
alter table delivery_export add column withdrawn INT64;
